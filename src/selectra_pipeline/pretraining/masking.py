"""Choosing the positions that the generator must predict (original: pretrain_helpers.mask).

Positions are drawn without replacement by default; the original draws them with replacement.
"""

from typing import NamedTuple, Self

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.objective import MaskingConfig
from selectra_pipeline.model.noise import Noise, uniform
from selectra_pipeline.vocabulary.alphabet import CONTINUATION
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class Masked(NamedTuple):
    """Masked inputs and what must be predicted. predictions = N, the same for every example.

    Attributes:
        input_ids: int32 [batch, seq], with [MASK] at most chosen positions.
        positions: int32 [batch, predictions]; 0 where `weights` is 0.
        target_ids: int32 [batch, predictions], the tokens at the positions.
        weights: float32 [batch, predictions]; 1 for a prediction, 0 for the unused rest.
    """

    input_ids: tf.Tensor
    positions: tf.Tensor
    target_ids: tf.Tensor
    weights: tf.Tensor


class SpecialIds(NamedTuple):
    """Ids that are never chosen ([CLS], [SEP], [MASK]) and the one that hides a token."""

    cls: int
    sep: int
    mask: int


class MaskingVocabulary(NamedTuple):
    """What masking must know of the vocabulary.

    Attributes:
        special: ids of the special tokens.
        continues_word: bool [vocab], true for pieces that are not the first of their word.
    """

    special: SpecialIds
    continues_word: np.ndarray

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self:
        """What masking must know of a tokenizer's vocabulary."""
        special = SpecialIds(tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
        return cls(special, np.array([e.startswith(CONTINUATION) for e in tokenizer.vocabulary]))

    @property
    def size(self) -> int:
        """Entries of the vocabulary."""
        return len(self.continues_word)


def mask_tokens(
    input_ids: tf.Tensor,
    input_mask: tf.Tensor,
    vocabulary: MaskingVocabulary,
    config: MaskingConfig,
    noise: Noise,
) -> Masked:
    """Choose k = max(1, min(N, round(fraction n))) of each example's n tokens and hide them.

    n counts [CLS] and [SEP], which are never chosen themselves, nor is padding. A chosen token
    becomes [MASK] with probability `config.mask_probability`, else it stays.

    Args:
        input_ids, input_mask: int32 [batch, seq].
    """
    max_predictions = config.max_predictions(input_ids.shape[1])
    candidates = candidate_positions(input_ids, input_mask, vocabulary.special)
    count = prediction_count(input_mask, max_predictions, config.fraction)
    where = noise.fold_in(0)
    if config.whole_words:
        continues = tf.gather(tf.constant(vocabulary.continues_word), input_ids)
        drawn = _draw_whole_words(candidates, continues, count, max_predictions, where)
    elif config.replacement:
        drawn = _draw_with_replacement(candidates, count, max_predictions, where)
    else:
        drawn = _draw_without_replacement(candidates, count, max_predictions, where)
    weights = tf.cast(drawn.used, tf.float32)
    positions = tf.where(drawn.used, drawn.positions, 0)

    draws = uniform(_shape(positions), noise.fold_in(1))
    hidden = weights * tf.cast(draws < config.mask_probability, tf.float32)
    mask_ids = tf.fill(tf.shape(positions), vocabulary.special.mask)
    return Masked(
        input_ids=replace_tokens(input_ids, positions, mask_ids, hidden),
        positions=positions,
        target_ids=tf.gather(input_ids, positions, batch_dims=1),
        weights=weights,
    )


def candidate_positions(
    input_ids: tf.Tensor, input_mask: tf.Tensor, special: SpecialIds
) -> tf.Tensor:
    """Positions that may be chosen: tokens other than [CLS], [SEP], [MASK]. bool [batch, seq]."""
    candidates = input_mask > 0
    for token_id in special:
        candidates &= input_ids != token_id
    return candidates


def prediction_count(input_mask: tf.Tensor, max_predictions: int, fraction: float) -> tf.Tensor:
    """K = max(1, min(N, round(fraction n))), halves to even. int32 [batch]."""
    tokens = tf.cast(tf.reduce_sum(input_mask, axis=1), tf.float32)
    wanted = tf.cast(tf.round(tokens * fraction), tf.int32)
    return tf.maximum(1, tf.minimum(max_predictions, wanted))


def replace_tokens(
    input_ids: tf.Tensor, positions: tf.Tensor, new_ids: tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """`input_ids` with `new_ids` written at `positions` where `weights` is 1.

    A position that occurs several times gets the integer mean of its new ids, as in the original;
    that happens only when positions are drawn with replacement.

    Args:
        input_ids: int32 [batch, seq].
        positions, new_ids: int32 [batch, predictions].
        weights: [batch, predictions], 0 or 1.

    Returns:
        int32 [batch, seq]
    """
    used, length = tf.cast(weights, tf.int32), input_ids.shape[1]
    counts = scatter_rows(positions, used, length)
    sums = scatter_rows(positions, new_ids * used, length)
    return tf.where(counts > 0, sums // tf.maximum(counts, 1), input_ids)


def chosen_positions(masked: Masked, length: int) -> tf.Tensor:
    """Where something must be predicted: bool [batch, length]."""
    return scatter_rows(masked.positions, masked.weights, length) > 0


def scatter_rows(positions: tf.Tensor, values: tf.Tensor, length: int) -> tf.Tensor:
    """Add up each row's values at its positions: [batch, predictions] twice -> [batch, length]."""
    batch = tf.shape(positions)[0]
    rows = tf.tile(tf.range(batch)[:, tf.newaxis], [1, positions.shape[1]])
    where = tf.stack([rows, positions], axis=-1)  # [batch, predictions, 2]
    return tf.scatter_nd(where, values, [batch, length])


class _Drawn(NamedTuple):
    """Positions, int32 [batch, predictions], and which of them count."""

    positions: tf.Tensor
    used: tf.Tensor


def _draw_without_replacement(
    candidates: tf.Tensor, count: tf.Tensor, max_predictions: int, noise: Noise
) -> _Drawn:
    """The `count` candidates of highest uniform noise (Gumbel top-k without weights)."""
    scores = tf.where(candidates, uniform(_shape(candidates), noise), -1.0)
    top, positions = tf.math.top_k(scores, max_predictions)
    return _Drawn(positions, _first(count, max_predictions) & (top >= 0.0))


def _draw_with_replacement(
    candidates: tf.Tensor, count: tf.Tensor, max_predictions: int, noise: Noise
) -> _Drawn:
    """`count` independent uniform draws from the candidates of each row."""
    available = tf.reduce_sum(tf.cast(candidates, tf.int32), axis=1, keepdims=True)
    draws = uniform([_shape(candidates)[0], max_predictions], noise)
    ranks = tf.cast(draws * tf.cast(available, tf.float32), tf.int32)
    ranks = tf.minimum(ranks, tf.maximum(available - 1, 0))  # a draw next to 1 may round up
    # The candidates' positions first, in order: a stable sort of "is not a candidate".
    order = tf.argsort(tf.cast(~candidates, tf.int32), axis=1, stable=True)
    positions = tf.gather(order, ranks, batch_dims=1)
    return _Drawn(positions, _first(count, max_predictions) & (available > 0))


def _draw_whole_words(
    candidates: tf.Tensor,
    continues: tf.Tensor,
    count: tf.Tensor,
    max_predictions: int,
    noise: Noise,
) -> _Drawn:
    """Words in random order, as many as fit whole into `count`, but at least one (or its head).

    continues: bool [batch, seq], true where a token belongs to the word of the token before it.
    """
    joined = continues & candidates & tf.roll(candidates, 1, axis=1)
    starts = ~joined
    word = tf.cumsum(tf.cast(starts, tf.int32), axis=1) - 1  # number of each token's word
    draws = uniform(_shape(candidates), noise)
    scores = tf.where(candidates, tf.gather(draws, word, batch_dims=1), -1.0)
    # Pieces of a word share their score: a stable sort keeps them together and in order.
    positions = tf.argsort(scores, axis=1, direction="DESCENDING", stable=True)
    place = tf.range(candidates.shape[1])[tf.newaxis, :]
    ends = tf.gather(tf.roll(starts, -1, axis=1), positions, batch_dims=1)
    # The last place whose word is complete there; the first word is taken as far as it fits.
    fits = ends & (place < count[:, tf.newaxis])
    complete = tf.reduce_max(tf.where(fits, place + 1, 0), axis=1)
    taken = tf.where(complete > 0, complete, count)
    chosen = tf.gather(candidates, positions, batch_dims=1) & (place < taken[:, tf.newaxis])
    return _Drawn(positions[:, :max_predictions], chosen[:, :max_predictions])


def _first(count: tf.Tensor, width: int) -> tf.Tensor:
    """True at the first `count` of `width` places. count: [batch] -> bool [batch, width]."""
    return tf.range(width)[tf.newaxis, :] < count[:, tf.newaxis]


def _shape(x: tf.Tensor) -> list[int | tf.Tensor]:
    """The shape of [batch, ...], known but perhaps for the batch."""
    return [tf.shape(x)[0] if x.shape[0] is None else x.shape[0], *x.shape[1:]]
