"""Input embeddings: word + position + type, LayerNorm, dropout."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.noise import Noise, dropout
from selectra_pipeline.model.normalization import LayerNorm


class Embeddings(keras.layers.Layer):
    """Sum of word, position and segment embeddings, normalised (original: model/modeling.py).

    One instance serves generator and discriminator: tables and LayerNorm are shared.

    Call arguments:
        input_ids, segment_ids: int [batch, seq].
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
        self.word_embeddings = self.add_weight(
            (config.vocab_size, width), name="word_embeddings", initializer="zeros"
        )
        self.token_type_embeddings = self.add_weight(
            (config.type_vocab_size, width), name="token_type_embeddings", initializer="zeros"
        )
        self.position_embeddings = self.add_weight(
            (config.max_position_embeddings, width), name="position_embeddings", initializer="zeros"
        )
        self.layer_norm.build((None, None, width))

    def call(
        self, input_ids: tf.Tensor, segment_ids: tf.Tensor, noise: Noise | None = None
    ) -> tf.Tensor:
        length = input_ids.shape[1]
        words = tf.gather(tf.convert_to_tensor(self.word_embeddings), input_ids)
        types = tf.gather(tf.convert_to_tensor(self.token_type_embeddings), segment_ids)
        positions = tf.convert_to_tensor(self.position_embeddings)[:length]
        x = self.layer_norm(words + types + positions)  # [batch, seq, embed]
        return dropout(x, self.config.dropout, noise)
