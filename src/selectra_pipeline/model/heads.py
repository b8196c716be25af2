"""What stands on the encoders in pre-training: word prediction and replaced-token detection."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.activation import bias_gelu
from selectra_pipeline.model.layer_norm import LayerNorm
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import product


class WordPredictionHead(keras.layers.Layer):
    """LN(gelu(W x)), which times the transposed word table, plus a bias per word, gives logits.

    The product with the table is `word_logits` for whoever wants all logits; training computes it
    a few rows at a time (`pretraining.word_prediction`).

    Args:
        width: of the states that come in; None means the generator's hidden size.

    Call arguments:
        x: generator states at the masked positions, [batch, predictions, width].

    Returns:
        [batch, predictions, embedding_size]
    """

    def __init__(self, config: EncoderConfig, width: int | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.width = width or config.hidden_size
        self.dense = keras.layers.Dense(
            config.embedding_size, dtype=self.dtype_policy, name="dense"
        )
        self.layer_norm = LayerNorm(
            config.layer_norm_epsilon, dtype=self.dtype_policy, name="LayerNorm"
        )

    def build(self, input_shape=None) -> None:
        self.dense.build((None, None, self.width))
        self.layer_norm.build((None, None, self.config.embedding_size))
        self.bias = self.add_weight(
            (self.config.vocab_size,), name="bias", initializer="zeros", dtype="float32"
        )

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return self.layer_norm(bias_gelu(product(x, self.dense), self.dense.bias))


def word_logits(x: tf.Tensor, word_table: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Scores of all words, x W^T + b: float32 [rows, vocab].

    The product is computed in the precision of x [rows, embedding_size]; word_table is
    [vocab, embedding_size], bias [vocab].
    """
    logits = tf.matmul(x, tf.cast(word_table, x.dtype), transpose_b=True)
    return tf.cast(logits, tf.float32) + tf.cast(bias, tf.float32)


class ReplacedTokenHead(keras.layers.Layer):
    """dense(1)(gelu(dense(x))): how likely each token is to have been replaced.

    Call arguments:
        x: discriminator states, [batch, seq, hidden].
        noise: not used: there is no dropout.

    Returns:
        logits, float32 [batch, seq]
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.dense = keras.layers.Dense(config.hidden_size, dtype=self.dtype_policy, name="dense")
        self.dense_prediction = keras.layers.Dense(
            1, dtype=self.dtype_policy, name="dense_prediction"
        )

    def build(self, input_shape=None) -> None:
        shape = (None, None, self.config.hidden_size)
        self.dense.build(shape)
        self.dense_prediction.build(shape)

    def call(self, x: tf.Tensor, noise: Noise | None = None) -> tf.Tensor:
        inner = bias_gelu(product(x, self.dense), self.dense.bias)
        logits = self.dense_prediction(inner)  # [batch, seq, 1]
        return tf.cast(tf.squeeze(logits, -1), tf.float32)
