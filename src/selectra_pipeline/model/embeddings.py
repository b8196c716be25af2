"""Input embeddings: word + position + type, LayerNorm, dropout."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.dropout import dropout
from selectra_pipeline.model.layer_norm import LayerNorm
from selectra_pipeline.model.noise import Noise


class Embeddings(keras.layers.Layer):
    """Sum of word, position and segment embeddings, normalised (original: model/modeling.py).

    One instance serves generator and discriminator: tables and LayerNorm are shared.

    Call arguments:
        input_ids, segment_ids: int [batch, seq].
        position_ids: int [batch, seq]; None means 0, 1, ... in every row.
        noise: of the dropout; None means inference.

    Returns:
        [batch, seq, embedding_size]
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.layer_norm = LayerNorm(
            config.layer_norm_epsilon, dtype=self.dtype_policy, name="LayerNorm"
        )

    def build(self, input_shape=None) -> None:
        config, width = self.config, self.config.embedding_size
        self.word_embeddings = self._table("word_embeddings", config.vocab_size)
        self.token_type_embeddings = self._table("token_type_embeddings", config.type_vocab_size)
        self.position_embeddings = self._table(
            "position_embeddings", config.max_position_embeddings
        )
        self.layer_norm.build((None, None, width))

    def call(
        self,
        input_ids: tf.Tensor,
        segment_ids: tf.Tensor,
        position_ids: tf.Tensor | None = None,
        noise: Noise | None = None,
    ) -> tf.Tensor:
        # Of tensors: a variable that is looked up itself is copied whole wherever else it is read.
        tables = (self.word_embeddings, self.token_type_embeddings, self.position_embeddings)
        words, types, positions = (tf.convert_to_tensor(table.value) for table in tables)
        x = tf.gather(words, input_ids)
        if position_ids is None:
            length = tf.shape(input_ids)[1] if input_ids.shape[1] is None else input_ids.shape[1]
            x = x + tf.gather(types, segment_ids) + positions[:length]
        else:
            # Of two terms: where three have one shape, TensorFlow adds them up in an order that
            # differs from run to run.
            places = positions.shape[0]
            both = tf.reshape(types[:, tf.newaxis] + positions, [-1, positions.shape[1]])
            x = x + tf.gather(both, segment_ids * places + position_ids)
        x = self.layer_norm(tf.cast(x, self.compute_dtype))
        return dropout(x, self.config.dropout, noise)  # [batch, seq, embed]

    def _table(self, name: str, entries: int) -> keras.Variable:
        # Looked up in float32: narrowing what was looked up costs less than narrowing the table,
        # and gradients of a word that occurs many times are not added up in bfloat16.
        shape = (entries, self.config.embedding_size)
        return self.add_weight(shape, name=name, initializer="zeros", autocast=False)
