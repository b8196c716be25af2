"""Randomness as an argument: seeds are derived, never drawn, and masks depend on nothing else.

A seed is an int32 tensor [2]. Everything random in a step is a pure function of it, so that a
resumed run repeats the unbroken one bit by bit. `alg="philox"` because the automatic choice
differs between CPU and TPU.
"""

import tensorflow as tf

# An odd multiplier spreads small numbers over all 32 bits (wrapping multiplication).
SPREAD = 1_000_003


def root_seed(seed: int) -> tf.Tensor:
    """The seed that a run's configuration names: int32 [2]."""
    return tf.constant([seed & 0x7FFFFFFF, 0x5E1EC], tf.int32)


def fold_in(seed: tf.Tensor, number: int | tf.Tensor) -> tf.Tensor:
    """A new seed for the purpose, layer, step or replica that `number` names. int32 [2]."""
    return tf.stack([seed[0], seed[1] * SPREAD + tf.cast(number, tf.int32) + 1])


def dropout(x: tf.Tensor, rate: float, seed: tf.Tensor | None) -> tf.Tensor:
    """Inverted dropout; the identity where `seed` is None (inference) or `rate` is 0."""
    if seed is None or rate == 0.0:
        return x
    return tf.nn.experimental.stateless_dropout(x, rate, seed, rng_alg="philox")
