"""What fine-tuning minimises. Rows that fill up a batch count nothing."""

import tensorflow as tf

from selectra_pipeline.downstream.example import IGNORED

PADDING_LOGIT = -1e9


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy in nats over the labels that are not `IGNORED`; 0 without any.

    logits: float32 [..., classes]; labels: int32 [...].
    """
    counted = tf.cast(labels != IGNORED, tf.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
    return tf.reduce_sum(losses * counted) / tf.maximum(tf.reduce_sum(counted), 1.0)


def squared_error(values: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean squared error over the labels that are not NaN; 0 without any. Both float32 [batch]."""
    counted = tf.math.is_finite(labels)
    errors = tf.where(counted, values - tf.where(counted, labels, 0.0), 0.0)
    return tf.reduce_sum(errors**2) / tf.maximum(tf.reduce_sum(tf.cast(counted, tf.float32)), 1.0)


def span_cross_entropy(logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
    """Mean of the cross-entropies of where a span begins and where it ends.

    logits: float32 [batch, seq, 2]; labels: int32 [batch, 2], positions; input_mask: [batch, seq],
    without whose zeros the probabilities add up to 1.
    """
    padding = tf.cast(1 - input_mask, tf.float32)[..., tf.newaxis] * PADDING_LOGIT
    return cross_entropy(tf.transpose(logits + padding, [0, 2, 1]), labels)
