"""What fine-tuning minimises. Sequences that fill up a batch count nothing."""

import tensorflow as tf

from selectra_pipeline.downstream.example import IGNORED

PADDING_LOGIT = -1e9


def counted(labels: tf.Tensor) -> tf.Tensor:
    """1 for each label that counts, else 0: float32, of the labels' shape."""
    known = tf.math.is_finite(labels) if labels.dtype.is_floating else labels != IGNORED
    return tf.cast(known, tf.float32)


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy in nats over the labels that are not `IGNORED`; 0 without any.

    logits: float32 [..., classes]; labels: int32 [...].
    """
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
    return _mean(losses, counted(labels))


def squared_error(values: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean squared error over the labels that are not NaN; 0 without any. Both float32 [batch]."""
    known = tf.math.is_finite(labels)
    errors = tf.where(known, values - tf.where(known, labels, 0.0), 0.0)
    return _mean(errors**2, counted(labels))


def span_cross_entropy(logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
    """Mean of the cross-entropies of where a span begins and where it ends.

    logits: float32 [batch, seq, 2]; labels: int32 [batch, 2], positions; input_mask: [batch, seq],
    without whose zeros the probabilities add up to 1.
    """
    padding = tf.cast(1 - input_mask, tf.float32)[..., tf.newaxis] * PADDING_LOGIT
    return cross_entropy(tf.transpose(logits + padding, [0, 2, 1]), labels)


def _mean(losses: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """Of the losses that count; 0 without any."""
    return tf.reduce_sum(losses * counts) / tf.maximum(tf.reduce_sum(counts), 1.0)
