import dataclasses

import numpy as np
import pytest

from finished_runs import NARROW, VOCABULARY
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.interchange.adapted_weights import adapt
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.model.assignment import assign_weights
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.trained import load_trained

TABLE = "electra/embeddings/position_embeddings"


@pytest.fixture(scope="module")
def weights(narrow_run, tmp_path_factory):
    return load_weights(export(narrow_run, tmp_path_factory.mktemp("export") / "model").directory)


def config(repeat: int, positions: int) -> PretrainingConfig:
    architecture = dataclasses.replace(NARROW, max_position_embeddings=positions)
    return PretrainingConfig(
        architecture=architecture, initial_weights="model", repeat_positions=repeat
    )


@pytest.mark.parametrize("positions", [10, 24, 100])
def test_positions_are_repeated_and_make_a_longer_model(weights, narrow_run, positions):
    adapted = adapt(weights, config(10, positions))
    table, trained = adapted.values[TABLE], weights.values[TABLE]
    assert table.shape == (positions, 12)
    for position in range(positions):
        np.testing.assert_array_equal(table[position], trained[position % 10])
    assert adapted.digest != weights.digest
    model = Electra.create(
        dataclasses.replace(NARROW, max_position_embeddings=positions), len(VOCABULARY),
        "float32", 1,
    )  # fmt: skip
    assign_weights(model, adapted)  # all else is as it was
    unchanged = load_trained(narrow_run).model.weights_by_path()
    for path, value in model.weights_by_path().items():
        if path != TABLE:
            np.testing.assert_array_equal(value, unchanged[path], path)


def test_without_a_number_nothing_changes(weights):
    assert adapt(weights, PretrainingConfig(architecture=NARROW)) is weights


def test_more_than_there_are_can_not_be_repeated(weights):
    with pytest.raises(ConfigError, match=r"24 positions, fewer than pretraining\.repeat"):
        adapt(weights, config(25, 100))


@pytest.mark.parametrize(("repeat", "source"), [(32, None), (0, "model")])
def test_a_number_without_meaning_is_refused(repeat, source):
    with pytest.raises(ConfigError, match="repeat_positions"):
        PretrainingConfig(initial_weights=source, repeat_positions=repeat)
