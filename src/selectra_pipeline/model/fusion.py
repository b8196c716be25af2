"""Small groups of elementwise operations, in one pass over memory where a compiler makes one.

TensorFlow runs operation by operation: on a processor, a GELU is five passes over its input, and
costs more than the matrix product before it. XLA makes one loop of it. It does so for groups that
are marked here, and for nothing else: its matrix products and its softmax are slower than oneDNN's,
so those stay in the graph (docs/speed.md has the numbers).
"""

import functools
from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf

Result = TypeVar("Result")


def fused(function: Callable[..., Result]) -> Callable[..., Result]:
    """`function`, compiled where `compiles_groups`; elsewhere it is what it was.

    Its gradient is not: call it within `tf.custom_gradient`. Arguments are tensors, tuples of them,
    or constants of Python, for each value of which it is compiled anew.
    """
    compiled = tf.function(function, jit_compile=True, autograph=False)

    @functools.wraps(function)
    def either(*arguments, **named) -> Result:
        return (compiled if compiles_groups() else function)(*arguments, **named)

    return either


def compiles_groups() -> bool:
    """Whether the step runs on a single device, which `strategy=cpu` and `strategy=gpu` say.

    On TPUs everything is compiled as a whole and parts must not ask for it; on several devices of
    one process TensorFlow can't place what was compiled for the first one.
    """
    return isinstance(tf.distribute.get_strategy(), tf.distribute.OneDeviceStrategy)


def row_means(x: tf.Tensor) -> tf.Tensor:
    """Means over the last axis, [..., 1], for use within a fused group.

    XLA adds up neighbours one by one on a processor, but not in its product of matrix and vector.
    """
    if not (compiles_groups() and _on_processor()):
        return tf.reduce_mean(x, axis=-1, keepdims=True)
    width = x.shape[-1]
    means = tf.matmul(tf.reshape(x, [-1, width]), tf.constant(1.0 / width, x.dtype, [width, 1]))
    return tf.reshape(means, tf.concat([tf.shape(x)[:-1], [1]], axis=0))


def _on_processor() -> bool:
    devices = tf.distribute.get_strategy().extended.worker_devices
    return all("CPU" in device for device in devices)


def widened(x: tf.Tensor) -> tf.Tensor:
    """`x` in the precision that sums are computed in: float32, or float64 where `x` is."""
    return x if x.dtype == tf.float64 else tf.cast(x, tf.float32)
