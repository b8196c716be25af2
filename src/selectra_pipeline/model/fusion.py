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


def widened(x: tf.Tensor) -> tf.Tensor:
    """`x` in the precision that sums are computed in: float32, or float64 where `x` is."""
    return x if x.dtype == tf.float64 else tf.cast(x, tf.float32)
