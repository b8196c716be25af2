"""The two losses."""

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
