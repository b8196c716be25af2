from dataclasses import replace

import pytest
import yaml
from trial_results import ner, nli

from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.reporting.card_metadata import HUB_METRICS, HUB_TASKS, card_metadata

COMMIT = "b8dd5d7af51114dbda02c0e3f6133f332186418e"
CONFIG = CardConfig(
    model_name="mine", license="apache-2.0", datasets=("oscar-corpus/OSCAR-2301",), tags=("small",)
)


def metadata(*args, **kwargs) -> dict:
    """As the hub reads it."""
    return yaml.safe_load(card_metadata(*args, **kwargs).to_yaml())


def test_every_kind_of_task_and_metric_has_a_name_on_the_hub():
    from selectra_pipeline.config.task import METRICS

    assert HUB_TASKS.keys() == METRICS.keys()
    assert HUB_METRICS.keys() == {metric for metrics in METRICS.values() for metric in metrics}


def test_the_configuration_says_language_licence_data_sets_and_tags():
    assert metadata(CONFIG) == {
        "language": ["es"],
        "license": "apache-2.0",
        "library_name": "transformers",
        "tags": ["electra", "selectra", "small"],
        "datasets": ["oscar-corpus/OSCAR-2301"],
    }


def test_what_is_not_known_is_not_there():
    assert metadata(CardConfig()).keys() == {"language", "library_name", "tags"}


def test_results_become_the_model_index():
    found = metadata(CONFIG, [nli("ours", 0.70, 0.72)])
    assert found["metrics"] == ["accuracy", "f1"]
    [index] = found["model-index"]
    assert index["name"] == "mine"
    [result] = index["results"]
    assert result["task"]["type"] == "text-classification"
    assert result["dataset"] == {
        "name": "xnli",
        "type": "xnli",
        "split": "test",
    }
    accuracy, macro_f1 = result["metrics"]
    assert (accuracy["type"], accuracy["value"]) == ("accuracy", 0.71)
    assert accuracy["name"] == "accuracy, mean of 2 trials, standard deviation 0.0141"
    assert (macro_f1["type"], macro_f1["name"].split(",")[0]) == ("f1", "macro f1")


def test_a_data_set_of_the_hub_is_named_with_its_revision():
    hub = f"hf://datasets/facebook/xnli@{COMMIT}/es/test-00000-of-00001.parquet"
    [index] = metadata(CONFIG, [replace(nli("ours", 0.7), test=(hub,))])["model-index"]
    assert index["results"][0]["dataset"] == {
        "name": "xnli",
        "type": "facebook/xnli",
        "config": "es",
        "split": "test",
        "revision": COMMIT,
    }


@pytest.mark.parametrize(
    ("file", "config", "split"),
    [
        ("data/test.csv", None, "test"),
        ("dev.tsv", None, "validation"),
        ("es/test/0000.parquet", "es", "test"),
        ("es/validation/0000.parquet", "es", "validation"),
    ],
)
def test_the_path_of_the_file_says_configuration_and_split(file, config, split):
    hub = f"hf://datasets/owner/name@{COMMIT}/{file}"
    [index] = metadata(CONFIG, [replace(nli("ours", 0.7), test=(hub,))])["model-index"]
    dataset = index["results"][0]["dataset"]
    assert (dataset.get("config"), dataset["split"]) == (config, split)


def test_two_tasks_of_one_data_set_are_two_results():
    hub = f"hf://datasets/eriktks/conll2002@{COMMIT}/es/test-00000-of-00001.parquet"
    names = ("conll2002_ner", "conll2002_pos")
    results = [replace(ner("ours", 0.8, task=name), test=(hub,)) for name in names]
    [index] = metadata(CONFIG, results)["model-index"]
    assert [result["dataset"]["name"] for result in index["results"]] == list(names)


def test_a_local_file_is_no_data_set_of_the_hub():
    hub = f"hf://datasets/facebook/xnli@{COMMIT}/es/test-00000-of-00001.parquet"
    mixed = replace(nli("ours", 0.7), test=("/disk/b.tsv", hub))
    [index] = metadata(CONFIG, [mixed])["model-index"]
    assert index["results"][0]["dataset"]["type"] == "xnli"
    assert "/disk" not in str(index)


@pytest.mark.parametrize("scores", [(float("nan"),), ()])
def test_a_task_without_a_score_is_no_result(scores):
    assert "model-index" not in metadata(CONFIG, [ner("ours", *scores)])
