import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.model.fusion import compiles_groups, fused, widened

ONE_DEVICE = tf.distribute.OneDeviceStrategy("/cpu:0")


@fused
def shifted(x, by):
    return tf.exp(x) + by


def compiled_functions(function, *arguments) -> list[str]:
    """Names of the functions that the graph of `function` leaves to the compiler."""
    graph = tf.function(function, autograph=False).get_concrete_function(*arguments).graph
    definitions = graph.as_graph_def().library.function
    return [f.signature.name for f in definitions if f.attr["_XlaMustCompile"].b]


def test_a_group_is_compiled_on_a_single_device_only():
    x = tf.constant([1.0, 2.0])
    assert not compiles_groups()
    assert not compiled_functions(shifted, x, 1.0)
    with ONE_DEVICE.scope():
        assert compiles_groups()
        assert len(compiled_functions(shifted, x, 1.0)) == 1


@pytest.mark.parametrize(
    "strategy", [tf.distribute.MirroredStrategy, tf.distribute.experimental.CentralStorageStrategy]
)
def test_no_group_is_compiled_where_several_devices_may_be(strategy):
    with strategy(["/cpu:0"]).scope():
        assert not compiles_groups()


def test_a_compiled_group_gives_what_the_plain_one_gives():
    x = tf.constant([[0.5, -1.0]])
    with ONE_DEVICE.scope():
        compiled = shifted(x, by=2.0)
    np.testing.assert_allclose(compiled, shifted(x, by=2.0), rtol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "wide"),
    [("bfloat16", "float32"), ("float16", "float32"), ("float32",) * 2, ("float64",) * 2],
)
def test_sums_are_computed_in_float32_or_better(dtype, wide):
    assert widened(tf.zeros([2], dtype)).dtype == wide
