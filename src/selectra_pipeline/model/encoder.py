"""The Transformer encoder: post-LayerNorm blocks of attention and feed-forward."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.activation import bias_gelu
from selectra_pipeline.model.attention import Direction, SelfAttention, attention_bias
from selectra_pipeline.model.layer_norm import LayerNorm
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import product


class EncoderLayer(keras.layers.Layer):
    """x -> LN(x + attention(x)) -> LN(. + FFN(.)), dropout on what is added (BERT).

    Call arguments and result as in `SelfAttention`; shape [batch, seq, hidden] is kept.
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        policy = self.dtype_policy

        hidden, inner = config.hidden_size, config.intermediate_size
        self.attention = SelfAttention(config, dtype=policy, name="attention")
        self.attention_output = keras.layers.Dense(hidden, dtype=policy, name="attention_output")
        self.attention_norm = LayerNorm(
            config.layer_norm_epsilon, dtype=policy, name="attention_LayerNorm"
        )
        self.intermediate = keras.layers.Dense(inner, dtype=policy, name="intermediate")
        self.output_dense = keras.layers.Dense(hidden, dtype=policy, name="output")
        self.output_norm = LayerNorm(
            config.layer_norm_epsilon, dtype=policy, name="output_LayerNorm"
        )

    def build(self, input_shape) -> None:
        inner_shape = (*input_shape[:-1], self.config.intermediate_size)
        for layer in (self.attention, self.attention_output, self.attention_norm):
            layer.build(input_shape)
        self.intermediate.build(input_shape)
        self.output_dense.build(inner_shape)
        self.output_norm.build(input_shape)

    def call(self, x: tf.Tensor, bias: tf.Tensor, noise: Noise | None = None) -> tf.Tensor:
        noises = [None if noise is None else noise.fold_in(i) for i in range(3)]
        rate = self.config.dropout
        attended = self.attention(x, bias, noise=noises[0])
        added = product(attended, self.attention_output)
        x = self.attention_norm(
            x, product=added, bias=self.attention_output.bias, rate=rate, noise=noises[1]
        )
        inner = bias_gelu(product(x, self.intermediate), self.intermediate.bias)
        added = product(inner, self.output_dense)  # [batch, seq, intermediate] -> [.., hidden]
        return self.output_norm(
            x, product=added, bias=self.output_dense.bias, rate=rate, noise=noises[2]
        )


class Encoder(keras.layers.Layer):
    """A stack of `EncoderLayer`s, behind a projection where the embeddings have another width.

    Args:
        direction: which words a position sees, as in `attention_bias`.

    Call arguments:
        embedded: [batch, seq, embedding_size].
        input_mask: [batch, seq] or [batch, seq, seq], as in `attention_bias`.
        noise: of all dropout; None means inference.

    Returns:
        [batch, seq, hidden_size]
    """

    def __init__(self, config: EncoderConfig, direction: Direction = "both", **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.direction: Direction = direction
        self.embeddings_project = None
        if config.embedding_size != config.hidden_size:
            self.embeddings_project = keras.layers.Dense(
                config.hidden_size, dtype=self.dtype_policy, name="embeddings_project"
            )
        self.blocks = [
            EncoderLayer(config, dtype=self.dtype_policy, name=f"layer_{i}")
            for i in range(config.num_layers)
        ]

    def build(self, input_shape=None) -> None:
        if self.embeddings_project is not None:
            self.embeddings_project.build((None, None, self.config.embedding_size))
        for block in self.blocks:
            block.build((None, None, self.config.hidden_size))

    def call(
        self, embedded: tf.Tensor, input_mask: tf.Tensor, noise: Noise | None = None
    ) -> tf.Tensor:
        x = embedded
        if self.embeddings_project is not None:
            x = self.embeddings_project(x)  # [batch, seq, embed] -> [batch, seq, hidden]
        bias = attention_bias(input_mask, self.direction)
        for i, block in enumerate(self.blocks):
            x = block(x, bias, noise=None if noise is None else noise.fold_in(i))
        return x
