"""Multi-head self-attention."""

from typing import Literal

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.attention_product import dot_product_attention
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import matrix_product

MASKED = -10_000.0  # added to the scores of padding, as in the original

# Whose words a position sees: all, those up to it, those from it on.
Direction = Literal["both", "forward", "backward"]


class SelfAttention(keras.layers.Layer):
    """softmax(Q K^T / sqrt(head_size) + mask) V, heads concatenated (Vaswani et al. 2017, 3.2).

    Call arguments:
        x: [batch, seq, hidden].
        attention_bias: of the scores, from the function of that name.
        noise: of the dropout on the probabilities; None means inference.

    Returns:
        [batch, seq, hidden], before the output projection.
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.query, self.key, self.value = (
            keras.layers.Dense(config.hidden_size, dtype=self.dtype_policy, name=name)
            for name in ("query", "key", "value")
        )

    def build(self, input_shape) -> None:
        for projection in (self.query, self.key, self.value):
            projection.build(input_shape)

    def call(
        self, x: tf.Tensor, attention_bias: tf.Tensor, noise: Noise | None = None
    ) -> tf.Tensor:
        query, key, value = self._project(x)
        rate = self.config.attention_dropout
        context = dot_product_attention(query, key, value, attention_bias, rate, noise)
        context = tf.transpose(context, [0, 2, 1, 3])
        return tf.reshape(context, tf.shape(x))  # [batch, seq, heads, head] -> [batch, seq, hidden]

    def _project(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Queries, keys and values, [batch, heads, seq, head] each, of one matrix product."""
        projections = (self.query, self.key, self.value)
        kernel = tf.concat([tf.convert_to_tensor(p.kernel) for p in projections], axis=1)
        bias = tf.concat([tf.convert_to_tensor(p.bias) for p in projections], axis=0)
        joined = tf.nn.bias_add(matrix_product(x, kernel), bias)  # [batch, seq, 3 hidden]
        shape = tf.shape(x)
        heads, size = self.config.num_heads, self.config.head_size
        joined = tf.reshape(joined, [shape[0], shape[1], len(projections), heads, size])
        return tf.unstack(tf.transpose(joined, [2, 0, 3, 1, 4]))


def attention_bias(input_mask: tf.Tensor, direction: Direction = "both") -> tf.Tensor:
    """0 where a position may look, `MASKED` where not: at padding, or against the direction.

    Args:
        input_mask: [batch, seq]; 1 for tokens, 0 for padding.

    Returns:
        float32 [batch, 1, 1, seq], or [batch, 1, seq, seq] in a direction
    """
    bias = (1.0 - tf.cast(input_mask, tf.float32))[:, tf.newaxis, tf.newaxis, :] * MASKED
    if direction == "both":
        return bias
    places = tf.range(input_mask.shape[1])
    ahead = places[tf.newaxis, :] - places[:, tf.newaxis]  # [from, to]: how far ahead "to" lies
    hidden = ahead > 0 if direction == "forward" else ahead < 0
    return bias + tf.cast(hidden, tf.float32) * MASKED
