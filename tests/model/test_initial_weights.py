import numpy as np
import pytest

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.initial_weights import InitialWeights, own_encoder, starting_value
from selectra_pipeline.model.initialization import initial_value

TABLE = "electra/embeddings/word_embeddings"
BIAS = "electra/generator_head/bias"


def weights(source="here", **values) -> InitialWeights:
    arrays = {TABLE: np.arange(6, dtype=np.float32).reshape(3, 2), BIAS: np.zeros(3, np.float32)}
    return InitialWeights(source, {**arrays, **values}, {})


def test_the_digest_is_that_of_the_values_alone():
    table = weights().values[TABLE]
    assert weights().digest == weights("elsewhere").digest
    reordered = InitialWeights("here", dict(reversed(weights().values.items())), {})
    assert reordered.digest == weights().digest
    assert weights(**{TABLE: table.T.copy().T}).digest == weights().digest  # another memory order
    for other in (table + np.float32(1e-6), table.T, table.reshape(2, 3)):
        assert weights(**{TABLE: other}).digest != weights().digest
    assert weights(**{"electra/generator/x": table}).digest != weights().digest


@pytest.mark.parametrize(
    ("path", "encoder"),
    [
        ("electra/generator/layer_0/output/bias", "generator"),
        (BIAS, "generator"),
        ("electra/discriminator_head/dense/kernel", "discriminator"),
        ("electra/generator_embeddings/word_embeddings", "generator"),
        (TABLE, None),
    ],
)
def test_embeddings_are_no_encoders_own(path, encoder):
    assert own_encoder(path) == encoder


def test_a_variable_starts_as_imported_or_else_as_its_seed_says():
    config = PretrainingConfig()
    np.testing.assert_array_equal(
        starting_value(TABLE, (3, 2), config, weights()), weights().values[TABLE]
    )
    drawn = initial_value(TABLE, (3, 2), config.architecture.initializer_range, config.seed)
    for given in (None, InitialWeights("here", {}, {}, fresh_encoder="generator")):
        np.testing.assert_array_equal(starting_value(TABLE, (3, 2), config, given), drawn)
