"""Multi-head self-attention."""

from typing import Literal

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.attention_product import dot_product_attention
from selectra_pipeline.model.fusion import fused
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import matrix_product, sum_rows

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
        joined = matrix_product(x, kernel)  # [batch, seq, 3 hidden]
        return split_heads(joined, bias, len(projections), self.config.num_heads)


def split_heads(x: tf.Tensor, bias: tf.Tensor, parts: int, heads: int) -> list[tf.Tensor]:
    """Add the bias and cut the last axis into parts, each of them into heads.

    x: [batch, seq, parts * heads * head]; bias: [parts * heads * head]. Returns so many tensors of
    [batch, heads, seq, head].
    """

    @tf.custom_gradient
    def differentiable(x: tf.Tensor, bias: tf.Tensor):
        def gradient(*upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            joined = tf.transpose(tf.stack(upstream), [1, 3, 0, 2, 4])
            by_sum = tf.reshape(joined, tf.shape(x))
            return by_sum, sum_rows(tf.reshape(by_sum, [-1, x.shape[-1]]))

        return _split(x, bias, parts, heads), gradient

    return differentiable(x, bias)


@fused
def _split(x: tf.Tensor, bias: tf.Tensor, parts: int, heads: int) -> list[tf.Tensor]:
    shape, size = tf.shape(x), x.shape[-1] // (parts * heads)
    x = tf.reshape(x + bias, [shape[0], shape[1], parts, heads, size])
    return tf.unstack(tf.transpose(x, [2, 0, 3, 1, 4]))


def attention_bias(input_mask: tf.Tensor, direction: Direction = "both") -> tf.Tensor:
    """0 where a position may look, `MASKED` where not: at padding, or against the direction.

    Args:
        input_mask: [batch, seq]; 1 for tokens, 0 for padding. Or [batch, seq, seq]; 1 where the
            position of the second axis sees that of the third.

    Returns:
        float32 [batch, 1, 1, seq]; [batch, 1, seq, seq] in a direction, or of a mask of three axes
    """
    bias = (1.0 - tf.cast(input_mask, tf.float32)) * MASKED
    bias = bias[:, tf.newaxis] if bias.shape.rank == 3 else bias[:, tf.newaxis, tf.newaxis]
    if direction == "both":
        return bias
    places = tf.range(input_mask.shape[1])
    ahead = places[tf.newaxis, :] - places[:, tf.newaxis]  # [from, to]: how far ahead "to" lies
    hidden = ahead > 0 if direction == "forward" else ahead < 0
    return bias + tf.cast(hidden, tf.float32) * MASKED
