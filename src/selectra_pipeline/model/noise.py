"""Randomness as an argument: noise is derived, never drawn, and depends on nothing else.

Everything random in a step is a pure function of a seed and of the number of an example in the
global batch. A resumed run therefore repeats the unbroken one bit by bit, and an example meets the
same masks, samples and dropout however the batch is spread over devices, hosts and micro-batches.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.model.fusion import fused

# An odd multiplier spreads small numbers over all 32 bits (wrapping multiplication).
SPREAD = 1_000_003
# The automatic choice differs between CPU and TPU.
PHILOX = tf.random.Algorithm.PHILOX.value
PHILOX_BLOCK = 4  # 32-bit numbers that the generator gives for one value of its counter
ROUNDS = ((16, 0x21F0AAAD), (15, 0x735A2D97))  # of the hash: shift, multiplier
KEY_PURPOSES = (0x243F6A88, 0x85A308D3)  # two different numbers: digits of pi


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


def dropout(x: tf.Tensor, rate: float, noise: Noise | None) -> tf.Tensor:
    """Inverted dropout; the identity where `noise` is None (inference) or `rate` is 0.

    The backward pass draws the same numbers again: nothing is kept for it.

    x: [batch, ...], all axes but the first of known size.
    """
    if noise is None or rate == 0.0:
        return x

    @tf.custom_gradient
    def differentiable(x: tf.Tensor):
        return fused_drop(x, rate, noise), lambda upstream: fused_drop(upstream, rate, noise)

    return differentiable(x)


def drop(x: tf.Tensor, rate: float, noise: Noise | None) -> tf.Tensor:
    """As `dropout`, for use within a fused group, whose gradient is written out."""
    if noise is None or rate == 0.0:
        return x
    rows = tf.shape(x)[0] if x.shape[0] is None else x.shape[0]
    scaled = x * tf.cast(1.0 / (1.0 - rate), x.dtype)
    return tf.where(kept([rows, *x.shape[1:]], rate, noise), scaled, tf.zeros([], x.dtype))


fused_drop = fused(drop)


def kept(shape: Sequence[int | tf.Tensor], rate: float, noise: Noise) -> tf.Tensor:
    """What dropout keeps, with probability 1 - rate each: bool. Rows are those of `uniform`.

    A hash of the position, keyed by seed and example, rather than Philox: ten operations on
    integers, which fuse with what is dropped and are the same numbers on every device. The two
    rounds of multiplication and shift, and their constants, are Wellons' (hash-prospector, 2018,
    `lowbias32`'s successor); a key goes into each.
    """
    rows, *rest = shape
    size = math.prod(rest)  # of a row, below 2^32
    first_key, second_key = _row_keys(rows, noise)
    position = tf.cast(tf.range(size), tf.uint32)[tf.newaxis, :]
    bits = _shift_multiply(position ^ first_key, *ROUNDS[0])
    bits = _shift_multiply(bits + second_key, *ROUNDS[1])  # a last shift would leave the high bits
    threshold = tf.constant(round(rate * 2**32), tf.uint32)
    return tf.reshape(bits >= threshold, tf.stack([rows, *rest]))


def _row_keys(rows: int | tf.Tensor, noise: Noise) -> tuple[tf.Tensor, tf.Tensor]:
    """Two keys for each example: uint32 [rows, 1] each."""
    numbers = tf.bitcast(tf.range(rows) + noise.first_row, tf.uint32)[:, tf.newaxis]
    first, second = tf.unstack(tf.bitcast(noise.seed, tf.uint32))
    keys = []
    for purpose in KEY_PURPOSES:
        key = tf.constant(purpose, tf.uint32)
        for word in (first, second, numbers):
            key = _mix(key ^ word)
        keys.append(key)
    return keys[0], keys[1]


def _mix(x: tf.Tensor) -> tf.Tensor:
    """A bijection of 32 bits in which each bit of x changes every other with probability 1/2."""
    for shift, multiplier in ROUNDS:
        x = _shift_multiply(x, shift, multiplier)
    return x ^ tf.bitwise.right_shift(x, tf.constant(ROUNDS[1][0], tf.uint32))


def _shift_multiply(x: tf.Tensor, shift: int, multiplier: int) -> tf.Tensor:
    x ^= tf.bitwise.right_shift(x, tf.constant(shift, tf.uint32))
    return x * tf.constant(multiplier, tf.uint32)


def _as_key(seed: tf.Tensor) -> tf.Tensor:
    """Two 32-bit numbers as one of 64 bits: uint64 [1]."""
    high, low = tf.unstack(tf.cast(tf.bitcast(seed, tf.uint32), tf.uint64))
    return tf.reshape(high * 2**32 + low, [1])
