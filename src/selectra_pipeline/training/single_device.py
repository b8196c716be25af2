"""The one device that fine-tuning and prediction run on."""

from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def single_device() -> tf.distribute.OneDeviceStrategy:
    """The first GPU, or the processor where there is none.

    Within a strategy of one device fused groups are compiled (`model/fusion.py`). Use it outside of
    any other strategy's scope; that of a pre-training run that is probed stays as it is.
    """
    kind = "gpu" if tf.config.list_logical_devices("GPU") else "cpu"
    return tf.distribute.OneDeviceStrategy(f"/{kind}:0")


def graph_on(
    strategy: tf.distribute.Strategy, function: Callable[[Argument], Result], argument: Argument
) -> Callable[[Argument], Result]:
    """One graph of a function on the strategy's device, for arguments of all shapes.

    Tracing takes several times as long as compiling: a signature spares a trace for each shape.

    Args:
        argument: specs of the tensors.
    """
    return tf.function(
        lambda tensors: strategy.run(function, args=(tensors,)),
        input_signature=[argument],
        autograph=False,
    )
