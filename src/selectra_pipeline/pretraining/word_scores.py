"""Softmax over the vocabulary in as few passes over the logits as there can be.

The logits stay as the matrix product left them, in its precision; what is made of them is computed
in float32, in passes that write nothing of their size: the maximum of each row, and the sums that
softmax divides by. One more pass writes the gradient. Sums are taken over words whose ids agree
modulo `COLUMNS`: a processor adds up many of those at once, and sampling needs them.
"""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.model.fusion import fused, widened

COLUMNS = 256  # about the square root of a usual vocabulary


class WordScores(NamedTuple):
    """Logits (product + bias) / temperature; minus infinity for the word that is excluded.

    Attributes:
        product: [rows, vocab].
        bias: float32 [vocab].
        temperature: a number.
        excluded_ids: int32 [rows], or None.
    """

    product: tf.Tensor
    bias: tf.Tensor
    temperature: float = 1.0
    excluded_ids: tf.Tensor | None = None

    def at(self, ids: tf.Tensor) -> tf.Tensor:
        """Logits of some words of each row, float32: int32 [rows] or [rows, words], alike."""
        product = widened(tf.gather(self.product, ids, batch_dims=1))
        logits = (product + tf.gather(self.bias, ids)) / self.temperature
        if self.excluded_ids is None:
            return logits
        excluded = tf.reshape(self.excluded_ids, [-1] + [1] * (ids.shape.rank - 1))
        return tf.where(ids == excluded, logits.dtype.min, logits)


class SoftmaxTotals(NamedTuple):
    """What softmax subtracts and divides by.

    Attributes:
        maximum: of each row's logits, float32 [rows, 1].
        columns: sums of exp(logit - maximum) over the words of a column, float32 [rows, COLUMNS].
    """

    maximum: tf.Tensor
    columns: tf.Tensor

    def log_normalizer(self) -> tf.Tensor:
        """Log of the sum of exp(logit): float32 [rows]."""
        return self.maximum[:, 0] + tf.math.log(tf.reduce_sum(self.columns, axis=-1))


def softmax_totals(scores: WordScores) -> SoftmaxTotals:
    """Two passes over the logits."""
    maximum = _maximum(scores)
    return SoftmaxTotals(maximum, _column_sums(scores, maximum))


@fused
def weighted_probabilities(
    scores: WordScores, log_normalizer: tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """Softmax of each row times the row's weight: [rows, vocab], in the product's precision."""
    logits = _logits(scores)
    probabilities = tf.exp(logits - log_normalizer[:, tf.newaxis])
    return tf.cast(probabilities * weights[:, tf.newaxis], scores.product.dtype)


@fused
def _maximum(scores: WordScores) -> tf.Tensor:
    return tf.reduce_max(_logits(scores), axis=-1, keepdims=True)


@fused
def _column_sums(scores: WordScores, maximum: tf.Tensor) -> tf.Tensor:
    exponentials = tf.exp(_logits(scores) - maximum)
    rows, vocab = tf.shape(exponentials)[0], exponentials.shape[-1]
    groups = vocab // COLUMNS  # of as many words; what is left over is added to them
    whole = tf.reshape(exponentials[:, : groups * COLUMNS], [rows, groups, COLUMNS])
    rest = exponentials[:, groups * COLUMNS :]
    return tf.reduce_sum(whole, axis=1) + tf.pad(rest, [[0, 0], [0, COLUMNS - rest.shape[-1]]])


def _logits(scores: WordScores) -> tf.Tensor:
    logits = (widened(scores.product) + scores.bias) / scores.temperature
    if scores.excluded_ids is None:
        return logits
    words = tf.range(logits.shape[-1])[tf.newaxis, :]
    return tf.where(words == scores.excluded_ids[:, tf.newaxis], logits.dtype.min, logits)
