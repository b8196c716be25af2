"""ELECTRA: a small generator and a discriminator over shared embeddings (Clark et al. 2020)."""

from typing import Self

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig, EncoderConfig
from selectra_pipeline.model.embeddings import Embeddings
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.heads import ReplacedTokenHead, WordPredictionHead
from selectra_pipeline.model.initialization import initialize
from selectra_pipeline.model.noise import fold_in

PRECISION_POLICY = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class Electra(keras.layers.Layer):
    """Generator and discriminator with their heads.

    Args:
        generator, discriminator: shapes of the two encoders; they share the embedding tables.

    All inputs are int [batch, seq]; a `seed` of None means inference, without dropout.
    """

    def __init__(self, generator: EncoderConfig, discriminator: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.generator_config, self.discriminator_config = generator, discriminator
        policy = self.dtype_policy
        self.embeddings = Embeddings(discriminator, dtype=policy, name="embeddings")
        self.generator = Encoder(generator, dtype=policy, name="generator")
        self.generator_head = WordPredictionHead(generator, dtype=policy, name="generator_head")
        self.discriminator = Encoder(discriminator, dtype=policy, name="discriminator")
        self.discriminator_head = ReplacedTokenHead(
            discriminator, dtype=policy, name="discriminator_head"
        )

    @classmethod
    def create(
        cls, architecture: ArchitectureConfig, vocab_size: int, precision: str, seed: int
    ) -> Self:
        """Build the model with its initial weights, which depend on `seed` and names alone."""
        model = cls(
            architecture.generator(vocab_size),
            architecture.discriminator(vocab_size),
            dtype=PRECISION_POLICY[precision],
            name="electra",
        )
        model.build()
        initialize(model.trainable_variables, architecture.initializer_range, seed)
        return model

    def build(self, input_shape=None) -> None:
        self.embeddings.build()
        self.generator.build()
        self.generator_head.build()
        self.discriminator.build()
        self.discriminator_head.build()

    def weights_by_path(self) -> dict[str, tf.Variable]:
        """Every weight under its path: the form in which checkpoints hold them.

        Named one by one, because TensorFlow's object graph does not see Keras 3's lists of layers.
        """
        return {variable.path: variable.value for variable in self.trainable_variables}

    def predict_words(
        self,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        positions: tf.Tensor,
        seed: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Generator logits at `positions` [batch, predictions]: [batch, predictions, vocab]."""
        states = self._encode(self.generator, input_ids, input_mask, segment_ids, seed)
        at_positions = tf.gather(states, positions, batch_dims=1)  # [batch, predictions, hidden]
        word_table = tf.convert_to_tensor(self.embeddings.word_embeddings)
        return self.generator_head(at_positions, word_table)

    def detect_replaced(
        self,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        seed: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Discriminator logits, positive where a token looks replaced: [batch, seq]."""
        states = self._encode(self.discriminator, input_ids, input_mask, segment_ids, seed)
        return self.discriminator_head(states)

    def _encode(
        self,
        encoder: Encoder,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        seed: tf.Tensor | None,
    ) -> tf.Tensor:
        seeds = (None, None) if seed is None else (fold_in(seed, 0), fold_in(seed, 1))
        embedded = self.embeddings(input_ids, segment_ids, seed=seeds[0])
        return encoder(embedded, input_mask, seed=seeds[1])
