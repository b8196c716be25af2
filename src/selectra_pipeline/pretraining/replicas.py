"""What replicas compute together."""

from collections.abc import Sequence

import tensorflow as tf


def global_sum(values: tf.Tensor | Sequence[tf.Tensor]) -> tf.Tensor | list[tf.Tensor]:
    """Sum each tensor over all replicas; the values themselves outside of a strategy."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    return context.all_reduce(tf.distribute.ReduceOp.SUM, values)
