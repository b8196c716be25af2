"""The one device that fine-tuning and prediction run on."""

import tensorflow as tf


def single_device() -> tf.distribute.OneDeviceStrategy:
    """The first GPU, or the processor where there is none.

    Within a strategy of one device fused groups are compiled (`model/fusion.py`). Use it outside of
    any other strategy's scope; that of a pre-training run that is probed stays as it is.
    """
    kind = "gpu" if tf.config.list_logical_devices("GPU") else "cpu"
    return tf.distribute.OneDeviceStrategy(f"/{kind}:0")
