import tensorflow as tf

from selectra_pipeline.model.fusion import compiles_groups
from selectra_pipeline.training.single_device import single_device


def test_it_is_a_gpu_where_there_is_one():
    (device,) = single_device().extended.worker_devices
    assert ("GPU" in device) == bool(tf.config.list_logical_devices("GPU"))


def test_groups_are_compiled_on_it():
    with single_device().scope():
        assert compiles_groups()
    assert not compiles_groups()
