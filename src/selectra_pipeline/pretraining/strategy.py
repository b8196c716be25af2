"""Where the step runs: one `tf.distribute` strategy for every device."""

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError


def create_strategy(name: str) -> tf.distribute.Strategy:
    """The strategy that the configuration names: "cpu" or "gpu", one device each.

    Raises:
        ConfigError: the device is not there.
    """
    if name == "gpu" and not tf.config.list_physical_devices("GPU"):
        raise ConfigError(
            "strategy=gpu, but TensorFlow sees no GPU; install tensorflow[and-cuda] and a driver, "
            "or use strategy=cpu"
        )
    return tf.distribute.OneDeviceStrategy(f"/{name}:0")
