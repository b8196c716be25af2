import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.task import TaskConfig

SMALL = {"type": "classification", "train": "a.tsv", "test": "b.tsv"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def task(**changes) -> TaskConfig:
    return TaskConfig.from_params({**SMALL, **changes}, "evaluation.tasks.mine")


def error_of(**changes) -> str:
    with pytest.raises(ConfigError) as caught:
        task(**changes)
    return str(caught.value)


def test_three_lines_make_a_task():
    assert (task().train, task().test, task().metric) == (("a.tsv",), ("b.tsv",), "accuracy")


@pytest.mark.parametrize(
    ("settings", "metric"),
    [
        ({"type": "regression"}, "pearson"),
        ({"type": "token_classification"}, "f1"),
        ({"type": "token_classification", "entities": False}, "accuracy"),
        ({"type": "question_answering"}, "f1"),
        ({"metric": "macro_f1"}, "macro_f1"),
    ],
)
def test_the_metric_is_the_types(settings, metric):
    assert task(**settings).metric == metric


def test_a_metric_of_another_type_is_refused():
    assert "metric=f1 is none of this task's: accuracy, macro_f1" in error_of(metric="f1")
    tags = {"type": "token_classification", "entities": False}
    assert "none of this task's: accuracy" in error_of(metric="f1", **tags)


@pytest.mark.parametrize(
    "address",
    ["hf://datasets/o/n/a.parquet", "hf://datasets/o/n@main/a.parquet", "hf://o/n@" + COMMIT],
)
def test_files_of_the_hub_are_pinned_to_a_commit(address):
    assert "no pinned file of the hub; write hf://datasets/OWNER" in error_of(train=address)
    assert task(train=f"hf://datasets/o/n@{COMMIT}/a.parquet").train


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": []}, "train is empty: name at least one file"),
        ({"labels": ["a", "a"]}, "labels names a class twice"),
        ({"validation_fraction": 1.0}, "must be above 0 and below 1"),
        ({"labels": [0, 1]}, r"evaluation.tasks.mine.labels[0] must be a text, got 0"),
        ({"columns": {"txt": "a"}}, "did you mean 'text'?"),
        (
            {"type": "question_answering", "finetuning": {"max_length": 128}},
            "answers.stride=128 does not fit: finetuning.max_length=128 leaves 61 pieces",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_any_work(changes, message):
    assert message in error_of(**changes)


def test_tasks_share_what_they_do_not_say_themselves():
    config = EvaluationConfig.from_params(
        {
            "finetuning": {"epochs": 2, "seed": 7},
            "tasks": {"a": SMALL, "b": {**SMALL, "finetuning": {"epochs": 9}}},
        },
        "evaluation",
    )
    found = {
        name: (t.name, t.finetuning.epochs, t.finetuning.seed) for name, t in config.tasks.items()
    }
    assert found == {"a": ("a", 2, 7), "b": ("b", 9, 7)}


def test_a_task_that_is_selected_twice_is_run_once():
    params = {"tasks": {"a": SMALL, "b": SMALL}, "selected": ["a;b", "a"]}
    assert EvaluationConfig.from_params(params, "evaluation").selected == ("a", "b")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"tasks": {"a/b": SMALL}, "selected": ["a/b"]}, "a task named 'a/b' can be no part"),
        ({"tasks": {"a": 3}}, "evaluation.tasks.a must be a mapping, got 3"),
        ({"tasks": [SMALL]}, "evaluation.tasks must be a mapping"),
        ({"tasks": {"a": {**SMALL, "typ": 1}}}, "evaluation.tasks.a.typ'; did you mean 'type'"),
        ({"task": {}}, "did you mean 'tasks'"),
        (None, None),
    ],
)
def test_a_fault_in_the_mapping_of_tasks_is_named_by_its_path(params, message):
    if message is None:
        assert EvaluationConfig.from_params(params, "evaluation").tasks == {}
        return
    with pytest.raises(ConfigError) as caught:
        EvaluationConfig.from_params(params, "evaluation")
    assert message in str(caught.value)
