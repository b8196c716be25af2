"""Choosing the positions that the generator must predict (original: pretrain_helpers.mask).

Positions are drawn without replacement by default; the original draws them with replacement.
"""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.objective import MaskingConfig
from selectra_pipeline.model.noise import fold_in


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


def mask_tokens(
    input_ids: tf.Tensor,
    input_mask: tf.Tensor,
    special: SpecialIds,
    config: MaskingConfig,
    seed: tf.Tensor,
) -> Masked:
    """Choose k = max(1, min(N, round(fraction n))) of each example's n tokens and hide them.

    n counts [CLS] and [SEP], which are never chosen themselves, nor is padding. A chosen token
    becomes [MASK] with probability `config.mask_probability`, else it stays.

    Args:
        input_ids, input_mask: int32 [batch, seq].
        seed: int32 [2].
    """
    max_predictions = config.max_predictions(input_ids.shape[1])
    candidates = candidate_positions(input_ids, input_mask, special)
    draw = _draw_with_replacement if config.replacement else _draw_without_replacement
    positions, drawable = draw(candidates, max_predictions, fold_in(seed, 0))
    count = prediction_count(input_mask, max_predictions, config.fraction)
    used = tf.range(max_predictions)[tf.newaxis, :] < count[:, tf.newaxis]
    weights = tf.cast(used & drawable, tf.float32)
    positions = positions * tf.cast(weights, tf.int32)

    draws = tf.random.stateless_uniform(tf.shape(positions), fold_in(seed, 1), alg="philox")
    hidden = weights * tf.cast(draws < config.mask_probability, tf.float32)
    mask_ids = tf.fill(tf.shape(positions), special.mask)
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
    batch, length = tf.shape(input_ids)[0], input_ids.shape[1]
    used = tf.cast(weights, tf.int32)
    rows = tf.tile(tf.range(batch)[:, tf.newaxis], [1, positions.shape[1]])
    where = tf.stack([rows, positions], axis=-1)  # [batch, predictions, 2]
    counts = tf.scatter_nd(where, used, [batch, length])
    sums = tf.scatter_nd(where, new_ids * used, [batch, length])
    return tf.where(counts > 0, sums // tf.maximum(counts, 1), input_ids)


def _draw_without_replacement(
    candidates: tf.Tensor, count: int, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The `count` candidates of highest uniform noise, and which of them are candidates at all."""
    noise = tf.random.stateless_uniform(tf.shape(candidates), seed, alg="philox")
    scores = tf.where(candidates, noise, -1.0)
    top, positions = tf.math.top_k(scores, count)
    return positions, top >= 0.0


def _draw_with_replacement(
    candidates: tf.Tensor, count: int, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """`count` independent uniform draws from the candidates of each row."""
    available = tf.reduce_sum(tf.cast(candidates, tf.int32), axis=1, keepdims=True)
    shape = tf.stack([tf.shape(candidates)[0], count])
    draws = tf.random.stateless_uniform(shape, seed, alg="philox")
    ranks = tf.cast(draws * tf.cast(available, tf.float32), tf.int32)
    ranks = tf.minimum(ranks, tf.maximum(available - 1, 0))  # a draw next to 1 may round up
    # The candidates' positions first, in order: a stable sort of "is not a candidate".
    order = tf.argsort(tf.cast(~candidates, tf.int32), axis=1, stable=True)
    drawable = tf.broadcast_to(available > 0, shape)
    return tf.gather(order, ranks, batch_dims=1), drawable
