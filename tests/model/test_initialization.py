import numpy as np
import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.initialization import initial_value, truncated_normal

STDDEV = 0.02
WORD_TABLE = "electra/embeddings/word_embeddings"


@pytest.fixture(scope="module")
def model() -> Electra:
    return Electra.create(
        ArchitectureConfig(hidden_size=128, num_layers=2),
        vocab_size=300,
        precision="float32",
        seed=1,
    )


def values_by_path(model) -> dict[str, np.ndarray]:
    return {variable.path: variable.numpy() for variable in model.trainable_variables}


def is_glorot(path):
    return path.endswith(("embeddings_project/kernel", "dense_prediction/kernel"))


def test_kernels_and_tables_are_truncated_normal(model):
    for path, values in values_by_path(model).items():
        if path.endswith(("kernel", "embeddings")) and not is_glorot(path):
            # Cutting a normal distribution at two deviations leaves 0.8796 of its deviation.
            error = 5 / np.sqrt(2 * values.size)
            assert values.std() == pytest.approx(STDDEV * 0.8796, rel=error), path
            assert np.abs(values).max() <= 2 * STDDEV, path
            assert np.abs(values.mean()) < 5 * STDDEV / np.sqrt(values.size), path


def test_nothing_is_piled_up_at_the_borders():
    values = truncated_normal(np.random.default_rng(1), (100_000,), 1.0)
    assert (np.abs(values) > 1.9).mean() == pytest.approx(0.01254, abs=0.002)
    assert len(np.unique(np.abs(values[np.abs(values) > 1.99]))) > 50


def test_the_projection_and_the_last_kernel_are_glorot_uniform(model):
    glorot = {path: v for path, v in values_by_path(model).items() if is_glorot(path)}
    assert set(glorot) == {
        "electra/generator/embeddings_project/kernel",
        "electra/discriminator_head/dense_prediction/kernel",
    }
    for path, values in glorot.items():
        limit = np.sqrt(6 / sum(values.shape))
        assert 0.9 * limit < np.abs(values).max() <= limit, path
        assert values.std() == pytest.approx(limit / np.sqrt(3), rel=0.15), path


def test_layer_norms_start_as_the_identity_and_biases_at_0(model):
    for path, values in values_by_path(model).items():
        if path.endswith("gamma"):
            np.testing.assert_array_equal(values, 1.0)
        elif path.endswith(("beta", "bias")):
            np.testing.assert_array_equal(values, 0.0)


def test_no_two_kernels_are_equal(model):
    drawn = [v for path, v in values_by_path(model).items() if path.endswith("kernel")]
    assert len({values.tobytes() for values in drawn}) == len(drawn) > 10


def test_values_depend_on_seed_and_path_alone(model):
    assert_same = np.testing.assert_array_equal
    value = initial_value(WORD_TABLE, (300, 128), STDDEV, seed=1)
    assert_same(model.embeddings.word_embeddings.numpy(), value)
    assert_same(initial_value(WORD_TABLE, (300, 128), STDDEV, seed=1), value)
    for path, seed in ((WORD_TABLE, 2), (WORD_TABLE.replace("word", "position"), 1)):
        assert (initial_value(path, (300, 128), STDDEV, seed) != value).any()


def test_the_initializer_range_scales_the_values():
    small, large = (initial_value(WORD_TABLE, (8, 4), stddev, 1) for stddev in (0.02, 0.2))
    np.testing.assert_allclose(large, 10 * small, rtol=1e-6)
