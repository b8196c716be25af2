"""Sums and means over all replicas of a distribution strategy."""

import tensorflow as tf


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
