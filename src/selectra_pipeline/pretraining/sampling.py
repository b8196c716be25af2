"""Drawing the replacement tokens from the generator's distribution."""

import tensorflow as tf

from selectra_pipeline.pretraining.word_scores import COLUMNS, SoftmaxTotals, WordScores


def sample_tokens(scores: WordScores, totals: SoftmaxTotals, draws: tf.Tensor) -> tf.Tensor:
    """One token from softmax(logits) in each row, without gradient.

    The same distribution as argmax(logits + Gumbel noise), drawn by inverting the cumulative
    distribution in two levels, first a column of words and then one of its words: one uniform
    number a row instead of one for every word.

    Args:
        totals: of `scores`.
        draws: uniform in [0, 1), float32 [rows].

    Returns:
        ids, int32 [rows]
    """
    up_to_column = tf.cumsum(totals.columns, axis=-1)  # [rows, COLUMNS]
    target = draws * up_to_column[:, -1]
    column = _first_above(up_to_column, target)
    before = tf.where(column > 0, _at(up_to_column, tf.maximum(column - 1, 0)), 0.0)

    vocab = scores.product.shape[-1]
    words = column[:, tf.newaxis] + tf.range(0, vocab, COLUMNS)  # [rows, words of a column]
    exponentials = tf.exp(scores.at(tf.minimum(words, vocab - 1)) - totals.maximum)
    inside = tf.cumsum(tf.where(words < vocab, exponentials, 0.0), axis=-1)
    # Rounding may leave the target just past the column's own sum: never leave the column.
    target = tf.minimum(target - before, _below(inside[:, -1]))
    return tf.stop_gradient(_at(words, _first_above(inside, target)))


def uniform_tokens(
    draws: tf.Tensor, vocab_size: int, target_ids: tf.Tensor, disallow_correct: bool
) -> tf.Tensor:
    """Any word with equal probability; with `disallow_correct` any but the target. int32.

    draws: uniform in [0, 1), any shape; target_ids: int32 of the same shape.
    """
    choices = vocab_size - 1 if disallow_correct else vocab_size
    ids = tf.minimum(tf.cast(draws * float(choices), tf.int32), choices - 1)
    # Of all words but the target, those from the target on move up by one.
    return ids + tf.cast(ids >= target_ids, tf.int32) if disallow_correct else ids


def _first_above(cumulative: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Index of the first entry of the last axis that is above `target`. int32."""
    not_above = cumulative <= target[..., tf.newaxis]
    count = tf.reduce_sum(tf.cast(not_above, tf.int32), axis=-1)
    return tf.minimum(count, cumulative.shape[-1] - 1)


def _at(values: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    return tf.gather(values, index, batch_dims=1)


def _below(x: tf.Tensor) -> tf.Tensor:
    """The greatest float32 factor below x, so that an entry above it exists."""
    return x * (1.0 - 2.0**-23)
