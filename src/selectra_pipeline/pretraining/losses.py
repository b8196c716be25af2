"""The two losses and how they are summed over devices."""

import tensorflow as tf


def mlm_losses(logits: tf.Tensor, target_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each prediction, in nats.

    logits: float32 [batch, predictions, vocab]; target_ids: int32 [batch, predictions].
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target_ids, logits=logits)


def rtd_losses(logits: tf.Tensor, is_replaced: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of each token, in nats (Clark et al. 2020, section 2).

    logits: float32 [batch, seq]; is_replaced: [batch, seq], 1 for replaced tokens.
    """
    return tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.cast(is_replaced, tf.float32), logits=logits
    )


def global_sum(value: tf.Tensor) -> tf.Tensor:
    """Sum over all replicas; the value itself outside of a distribution strategy."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def global_mean(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """This replica's share of the weighted mean over the global batch.

    Gradients are summed over replicas, so every replica divides by the global weight.
    """
    weights = tf.cast(weights, values.dtype)
    count = global_sum(tf.reduce_sum(weights))
    return tf.reduce_sum(values * weights) / tf.maximum(count, 1.0)
