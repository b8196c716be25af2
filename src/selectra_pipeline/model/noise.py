"""Randomness as an argument: noise is derived, never drawn, and depends on nothing else.

Everything random in a step is a pure function of a seed and of the number of an example in the
global batch. A resumed run therefore repeats the unbroken one bit by bit, and an example meets the
same masks, samples and dropout however the batch is spread over devices, hosts and micro-batches.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

# An odd multiplier spreads small numbers over all 32 bits (wrapping multiplication).
SPREAD = 1_000_003
# The automatic choice differs between CPU and TPU.
PHILOX = tf.random.Algorithm.PHILOX.value
PHILOX_BLOCK = 4  # 32-bit numbers that the generator gives for one value of its counter


class Noise(NamedTuple):
    """Names random numbers for the rows of a tensor whose first axis counts examples.

    Attributes:
        seed: int32 [2].
        first_row: number, in the global batch, of the first example at hand; int32 scalar.
    """

    seed: tf.Tensor
    first_row: tf.Tensor

    def fold_in(self, number: int | tf.Tensor) -> "Noise":
        """Noise for the purpose, layer or step that `number` names."""
        first, second = tf.unstack(self.seed)
        seed = tf.stack([first, second * SPREAD + tf.cast(number, tf.int32) + 1])
        return self._replace(seed=seed)

    def for_rows_from(self, row: int | tf.Tensor) -> "Noise":
        """The same noise for a part of the examples that begins `row` rows further on."""
        return self._replace(first_row=self.first_row + tf.cast(row, tf.int32))


def root_noise(seed: int) -> Noise:
    """The noise that a run's configuration names."""
    return Noise(tf.constant([seed & 0x7FFFFFFF, 0x5E1EC], tf.int32), tf.constant(0))


def uniform(shape: Sequence[int | tf.Tensor], noise: Noise) -> tf.Tensor:
    """Numbers in [0, 1), float32. Row i is that of example `first_row + i` of the global batch.

    Philox (Salmon et al. 2011) turns a key and a counter into four numbers: the key is the seed, a
    row starts at a counter of its own.

    Args:
        shape: the first entry may be a tensor, the others are known.
    """
    rows, *rest = shape
    size = math.prod(rest)
    blocks = -(-size // PHILOX_BLOCK)  # of a row
    numbers = tf.raw_ops.StatelessRandomUniformV2(
        shape=tf.stack([rows, blocks * PHILOX_BLOCK]),
        key=_as_key(noise.seed),
        counter=tf.stack([tf.cast(noise.first_row, tf.uint64) * blocks, tf.constant(0, tf.uint64)]),
        alg=PHILOX,
    )
    return tf.reshape(numbers[:, :size], tf.stack([rows, *rest]))


def _as_key(seed: tf.Tensor) -> tf.Tensor:
    """Two 32-bit numbers as one of 64 bits: uint64 [1]."""
    high, low = tf.unstack(tf.cast(tf.bitcast(seed, tf.uint32), tf.uint64))
    return tf.reshape(high * 2**32 + low, [1])
