"""Dropout whose mask is computed anew wherever it is needed, never stored."""

import math
from collections.abc import Sequence

import tensorflow as tf

from selectra_pipeline.model.fusion import compiles_groups, fused
from selectra_pipeline.model.noise import Noise

DRAW_BITS = 16  # of the number that decides on an element: a hash of 32 bits serves two
ROUNDS = ((16, 0x21F0AAAD), (15, 0x735A2D97))  # of the hash: shift, multiplier
LAST_SHIFT = 15
KEY_PURPOSES = (0x243F6A88, 0x85A308D3)  # two different numbers: digits of pi
HALVES = (0x0000FFFF, 0xFFFF0000)  # of 32 bits: first element, second element
SIGNS = 0x80008000  # of both elements


def dropout(x: tf.Tensor, rate: float, noise: Noise | None) -> tf.Tensor:
    """Inverted dropout; the identity where `noise` is None (inference) or `rate` is 0.

    The backward pass draws the same numbers again: nothing is kept for it.

    x: [batch, ...].
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
    scaled = x * tf.constant(1.0 / keep_probability(rate), x.dtype)
    return tf.where(kept(_shape(x), rate, noise), scaled, tf.zeros([], x.dtype))


fused_drop = fused(drop)


def mark_dropped(x: tf.Tensor, rate: float, noise: Noise | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Two copies of x >= 0: what dropout drops is negative in the first and 0 in the second.

    The first holds both x and the mask, for a backward pass that then need not draw it again.
    Neither is scaled by 1 / `keep_probability`.
    """
    if noise is None or rate == 0.0:
        return x, x
    if compiles_groups() and x.dtype.size == 2 and _is_even(x.shape[1:]):
        pairs = tf.bitcast(tf.reshape(x, [_shape(x)[0], -1, 2]), tf.uint32)
        copies = _mark_pairs(pairs, rate, noise)
        return tuple(tf.reshape(tf.bitcast(copy, x.dtype), tf.shape(x)) for copy in copies)
    return _mark(x, rate, noise)


@fused
def _mark(x: tf.Tensor, rate: float, noise: Noise) -> tuple[tf.Tensor, tf.Tensor]:
    keep = kept(_shape(x), rate, noise)
    return tf.where(keep, x, -x), tf.where(keep, x, tf.zeros([], x.dtype))


@fused
def _mark_pairs(pairs: tf.Tensor, rate: float, noise: Noise) -> tuple[tf.Tensor, tf.Tensor]:
    """As `_mark`, of two 16-bit numbers at a time, by their bits: half as many hashes.

    pairs: uint32 [batch, pairs of an example], little-endian.
    """
    rows, count = _shape(pairs)
    bits = _hash(rows, tf.range(count), noise)
    threshold, nothing = _threshold(rate), _word(0)
    first = tf.where((bits & _word(HALVES[0])) < threshold, _word(HALVES[0]), nothing)
    second = tf.where(_shifted(bits, DRAW_BITS) < threshold, _word(HALVES[1]), nothing)
    dropped = first | second
    return pairs | (dropped & _word(SIGNS)), pairs & ~dropped


def kept(shape: Sequence[int | tf.Tensor], rate: float, noise: Noise) -> tf.Tensor:
    """What dropout keeps, with `keep_probability(rate)` each: bool.

    A row is an example, numbered as in `noise.uniform`. A hash of the position, keyed by seed and
    example, rather than Philox: a dozen operations on integers, which fuse with what is dropped and
    are the same numbers on every device. Two neighbours share a hash, whose halves they take.
    """
    rows, *rest = shape
    position = tf.range(math.prod(rest))  # in a row, below 2^31
    bits = _hash(rows, position // 2, noise)
    odd = tf.cast(position % 2, tf.uint32)[tf.newaxis, :]
    draws = tf.bitwise.right_shift(bits, odd * _word(DRAW_BITS)) & _word(HALVES[0])
    return tf.reshape(draws >= _threshold(rate), tf.stack([rows, *rest]))


def keep_probability(rate: float) -> float:
    """1 - rate, to 16 bits: the exact share that `kept` keeps in the long run."""
    return 1.0 - round(rate * 2**DRAW_BITS) / 2**DRAW_BITS


def _threshold(rate: float) -> tf.Tensor:
    return _word(round(rate * 2**DRAW_BITS))


def _hash(rows: int | tf.Tensor, places: tf.Tensor, noise: Noise) -> tf.Tensor:
    """32 bits for each place of each example: uint32 [rows, places].

    The rounds of multiplication and shift, and their constants, are Wellons' (hash-prospector,
    2018, `lowbias32`'s successor); a key goes into each.
    """
    first_key, second_key = _row_keys(rows, noise)
    places = tf.cast(places, tf.uint32)[tf.newaxis, :]
    bits = _shift_multiply(places ^ first_key, *ROUNDS[0])
    bits = _shift_multiply(bits + second_key, *ROUNDS[1])
    return bits ^ _shifted(bits, LAST_SHIFT)


def _row_keys(rows: int | tf.Tensor, noise: Noise) -> tuple[tf.Tensor, tf.Tensor]:
    """Two keys for each example: uint32 [rows, 1] each."""
    numbers = tf.bitcast(tf.range(rows) + noise.first_row, tf.uint32)[:, tf.newaxis]
    first, second = tf.unstack(tf.bitcast(noise.seed, tf.uint32))
    keys = []
    for purpose in KEY_PURPOSES:
        key = _word(purpose)
        for word in (first, second, numbers):
            key = _mix(key ^ word)
        keys.append(key)
    return keys[0], keys[1]


def _mix(x: tf.Tensor) -> tf.Tensor:
    """A bijection of 32 bits in which each bit of x changes every other with probability 1/2."""
    for shift, multiplier in ROUNDS:
        x = _shift_multiply(x, shift, multiplier)
    return x ^ _shifted(x, LAST_SHIFT)


def _shift_multiply(x: tf.Tensor, shift: int, multiplier: int) -> tf.Tensor:
    return (x ^ _shifted(x, shift)) * _word(multiplier)


def _shifted(x: tf.Tensor, places: int) -> tf.Tensor:
    return tf.bitwise.right_shift(x, _word(places))


def _word(number: int) -> tf.Tensor:
    return tf.constant(number, tf.uint32)


def _shape(x: tf.Tensor) -> list[int | tf.Tensor]:
    """Each axis, a tensor where the graph does not know it."""
    known = x.shape.as_list()
    return [tf.shape(x)[i] if size is None else size for i, size in enumerate(known)]


def _is_even(sizes: tf.TensorShape) -> bool:
    """Whether so many elements come in pairs, whatever the sizes that are not known."""
    return any(size is not None and size % 2 == 0 for size in sizes)
