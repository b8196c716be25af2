import re

import numpy as np
import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.probe import ProbeConfig
from selectra_pipeline.downstream.probe import NerProbe
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.model.electra import Electra

ARCHITECTURE = ArchitectureConfig(
    hidden_size=32, num_layers=1, intermediate_size=64, dropout=0.0, initializer_range=0.1
)


def probe_config(train, test, max_examples=None, **finetuning) -> ProbeConfig:
    settings = {"epochs": 2, "batch_size": 32, "learning_rate": 1e-2, "max_length": 64}
    return ProbeConfig.from_params(
        {
            "every": 1,
            "train": str(train),
            "test": str(test),
            "max_examples": max_examples,
            "finetuning": {**settings, **finetuning},
        }
    )


def electra(tokenizer):
    return Electra.create(ARCHITECTURE, tokenizer.size, "float32", seed=1)


def never() -> bool:
    return False


def scores(metrics):
    return {name: value for name, value in metrics.items() if name != "seconds"}


@pytest.fixture(scope="module")
def probe(world):
    return NerProbe(probe_config(world.train, world.test), world.tokenizer)


@pytest.fixture(scope="module")
def model(world):
    return electra(world.tokenizer)


def weights_of(model) -> dict[str, bytes]:
    return {path: value.numpy().tobytes() for path, value in model.weights_by_path().items()}


@pytest.fixture(scope="module")
def weights_before(model):
    return weights_of(model)


@pytest.fixture(scope="module")
def metrics(probe, model, weights_before):
    return probe(model, never)


def test_random_weights_learn_the_names_of_a_small_world(metrics):
    assert metrics["f1"] > 0.5
    assert metrics["accuracy"] > 0.8
    assert {"f1_LOC", "f1_MISC", "f1_ORG", "f1_PER"} < set(metrics)
    assert metrics["precision"] > metrics["f1"] or metrics["recall"] > metrics["f1"]
    assert metrics["seconds"] > 0


def test_the_same_weights_get_the_same_scores(probe, model, metrics):
    assert scores(probe(model, never)) == scores(metrics)


def test_the_pre_trained_weights_are_left_as_they_are(metrics, model, weights_before):
    assert weights_of(model) == weights_before


def test_weights_that_are_no_numbers_find_nothing(world):
    broken = electra(world.tokenizer)
    table = broken.embeddings.word_embeddings
    table.assign(np.full(table.shape, np.nan))
    small = NerProbe(probe_config(world.train, world.test, 40, epochs=1), world.tokenizer)
    assert small(broken, never)["f1"] == 0.0


@pytest.mark.parametrize("phase", ["at once", "while it predicts"])
def test_it_gives_up_when_asked_to_stop(phase, world, model):
    probe = NerProbe(probe_config(world.train, world.test, 40, epochs=1), world.tokenizer)
    training_steps = len(probe.train.batches.in_order())
    looks = 0 if phase == "at once" else training_steps + 1
    answers = iter([False] * looks)
    assert probe(model, lambda: next(answers, True)) is None
    assert next(answers, None) is None


def test_the_sentences_are_drawn_by_the_seed(world):
    drawn = [
        NerProbe(probe_config(world.train, world.test, 30, seed=seed), world.tokenizer)
        for seed in (1, 1, 2)
    ]
    assert [len(probe.test.rows) for probe in drawn] == [30] * 3
    assert drawn[0].test.rows == drawn[1].test.rows
    assert drawn[0].test.rows != drawn[2].test.rows


def test_what_the_length_costs_is_said(world, caplog):
    with caplog.at_level("INFO"):
        NerProbe(probe_config(world.train, world.test, 50, max_length=8), world.tokenizer)
    lines = [record.message for record in caplog.records if "probe: 50 of" in record.message]
    assert len(lines) == 2
    assert "max_length=8: 50 rows, " in lines[0]
    assert re.search(r"lost: [1-9]\d* words, [1-9]\d* entities", lines[0])


def test_a_file_that_is_not_there_fails_before_training(world, tmp_path):
    with pytest.raises(TaskDataError, match="is no file"):
        NerProbe(probe_config(tmp_path / "none", world.test), world.tokenizer)


def test_entity_types_that_cannot_be_learned_fail_before_training(world, tmp_path):
    train = tmp_path / "train"
    train.write_text("Lima B-LOC\n", encoding="utf-8")
    with pytest.raises(
        TaskDataError, match=r"the test split of the probe has labels that train lacks"
    ):
        NerProbe(probe_config(train, world.test), world.tokenizer)


def test_real_entities_are_learned_from_random_weights(shared_data, world):
    """A few hundred sentences of CoNLL-2002, spelled in single characters where need be."""
    folder = shared_data / "conll2002"
    config = probe_config(folder / "esp.train", folder / "esp.testa", 400, epochs=4, max_length=128)
    probe = NerProbe(config, world.tokenizer)
    assert len(probe.task.label_names) == 9
    assert 0.02 < probe(electra(world.tokenizer), never)["f1"] < 0.6
