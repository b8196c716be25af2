"""What stands on the encoders in pre-training: word prediction and replaced-token detection."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.encoder import gelu


class WordPredictionHead(keras.layers.Layer):
    """LN(gelu(W x)) times the transposed word table, plus a bias per word: the generator's head.

    Call arguments:
        x: generator states at the masked positions, [batch, predictions, hidden].
        word_table: the shared word embeddings, [vocab, embedding_size].

    Returns:
        logits, float32 [batch, predictions, vocab]
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.dense = keras.layers.Dense(
            config.embedding_size, dtype=self.dtype_policy, name="dense"
        )
        self.layer_norm = keras.layers.LayerNormalization(
            epsilon=config.layer_norm_epsilon, dtype=self.dtype_policy, name="LayerNorm"
        )

    def build(self, input_shape=None) -> None:
        self.dense.build((None, None, self.config.hidden_size))
        self.layer_norm.build((None, None, self.config.embedding_size))
        self.bias = self.add_weight(
            (self.config.vocab_size,), name="bias", initializer="zeros", dtype="float32"
        )

    def call(self, x: tf.Tensor, word_table: tf.Tensor) -> tf.Tensor:
        x = self.layer_norm(gelu(self.dense(x)))  # [batch, predictions, embed]
        # One matrix product for all rows: a batched one sums the table's gradient over the batch.
        rows = tf.reshape(x, [-1, self.config.embedding_size])
        logits = tf.matmul(rows, tf.cast(word_table, x.dtype), transpose_b=True)
        logits = tf.cast(logits, tf.float32) + tf.cast(self.bias, tf.float32)
        return tf.reshape(logits, [-1, x.shape[1], self.config.vocab_size])


class ReplacedTokenHead(keras.layers.Layer):
    """dense(1)(gelu(dense(x))): how likely each token is to have been replaced.

    Call arguments:
        x: discriminator states, [batch, seq, hidden].

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

    def call(self, x: tf.Tensor) -> tf.Tensor:
        logits = self.dense_prediction(gelu(self.dense(x)))  # [batch, seq, 1]
        return tf.cast(tf.squeeze(logits, -1), tf.float32)
