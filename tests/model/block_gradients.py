"""Checks of the fused blocks: gradients against automatic ones, and the compiled form."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def random(*shape: int, seed: int = 0) -> tf.Tensor:
    """Normal float64 numbers, a function of shape and seed."""
    return tf.constant(np.random.default_rng([seed, *shape]).normal(size=shape))


def gradients(function: Callable, *arguments: tf.Tensor) -> list[tf.Tensor]:
    """Of a sum of the results with random weights."""
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        out = function(*arguments)
        total = tf.reduce_sum(out * tf.cast(random(*out.shape, seed=9), out.dtype))
    return tape.gradient(total, arguments)


def assert_gradients_equal(ours: Callable, formula: Callable, *arguments: tf.Tensor) -> None:
    """Results and gradients of `ours` are those that TensorFlow derives from the formula."""
    np.testing.assert_allclose(ours(*arguments), formula(*arguments), rtol=1e-10, atol=1e-10)
    pairs = zip(gradients(ours, *arguments), gradients(formula, *arguments), strict=True)
    for number, (written, derived) in enumerate(pairs):
        np.testing.assert_allclose(
            written, derived, rtol=1e-9, atol=1e-9, err_msg=f"argument {number}"
        )


def on_one_device(function: Callable, *arguments: tf.Tensor) -> tf.Tensor:
    """The result where groups are compiled."""
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        return tf.function(function, autograph=False)(*arguments)
