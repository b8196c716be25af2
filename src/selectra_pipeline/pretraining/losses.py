"""The loss of replaced-token detection; the generator's is in `word_prediction`."""

import tensorflow as tf


def rtd_losses(logits: tf.Tensor, is_replaced: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of each token, in nats (Clark et al. 2020, section 2).

    logits: float32 [batch, seq]; is_replaced: [batch, seq], 1 for replaced tokens.
    """
    return tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.cast(is_replaced, tf.float32), logits=logits
    )
