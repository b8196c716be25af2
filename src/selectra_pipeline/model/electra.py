"""ELECTRA: a small generator and a discriminator over shared embeddings (Clark et al. 2020)."""

from typing import Self

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig, EncoderConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.embeddings import Embeddings
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.heads import ReplacedTokenHead, WordPredictionHead, word_logits
from selectra_pipeline.model.initialization import initialize
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.two_towers import TwoTowers

PRECISION_POLICY = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}
ELECTRA = ObjectiveConfig()


class Electra(keras.layers.Layer):
    """Generator and discriminator with their heads, as far as the objective has them.

    Args:
        generator: shape of the generator. Where the discriminator's encoder predicts words itself
            (`task="mlm"`, `generator="tied"`), the discriminator's.
        discriminator: shape of the full-size encoder.
        objective: says which parts there are.

    Attributes:
        generator: what predicts words: an encoder of its own, the two towers of Electric, the
            discriminator's encoder itself, or None.
        discriminator: the full-size encoder, which downstream tasks get.

    All inputs are int [batch, seq]; a `noise` of None means inference, without dropout.
    """

    def __init__(
        self,
        generator: EncoderConfig,
        discriminator: EncoderConfig,
        objective: ObjectiveConfig = ELECTRA,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.generator_config, self.discriminator_config = generator, discriminator
        policy = self.dtype_policy
        self.embeddings = Embeddings(discriminator, dtype=policy, name="embeddings")
        self.generator_embeddings = self.embeddings
        if objective.generator_embeddings == "own":
            self.generator_embeddings = Embeddings(
                generator, dtype=policy, name="generator_embeddings"
            )
        self.discriminator = Encoder(discriminator, dtype=policy, name="discriminator")
        self.discriminator_head = None
        if objective.detects:
            self.discriminator_head = ReplacedTokenHead(
                discriminator, dtype=policy, name="discriminator_head"
            )
        self.generator, width = None, generator.hidden_size
        if objective.task == "electric":
            self.generator = TwoTowers(generator, dtype=policy, name="generator")
            width = 2 * generator.hidden_size
        elif objective.has_small_generator:
            self.generator = Encoder(generator, dtype=policy, name="generator")
        elif objective.predicts_words:
            self.generator = self.discriminator
        self.generator_head = None
        if objective.predicts_words:
            self.generator_head = WordPredictionHead(
                generator, width, dtype=policy, name="generator_head"
            )

    @classmethod
    def create(
        cls,
        architecture: ArchitectureConfig,
        vocab_size: int,
        precision: str,
        seed: int,
        objective: ObjectiveConfig = ELECTRA,
    ) -> Self:
        """Build the model with its initial weights, which depend on `seed` and names alone."""
        model = cls.uninitialized(architecture, vocab_size, precision, objective)
        initialize(model.trainable_variables, architecture.initializer_range, seed)
        return model

    @classmethod
    def uninitialized(
        cls,
        architecture: ArchitectureConfig,
        vocab_size: int,
        precision: str,
        objective: ObjectiveConfig,
    ) -> Self:
        """Build the model; its weights are whatever the layers begin with."""
        discriminator = architecture.discriminator(vocab_size)
        generator = discriminator
        if objective.has_small_generator or objective.task == "electric":
            own_embeddings = objective.generator_embeddings == "own"
            generator = architecture.generator(vocab_size, own_embeddings)
        policy = PRECISION_POLICY[precision]
        model = cls(generator, discriminator, objective, dtype=policy, name="electra")
        model.build()
        return model

    def build(self, input_shape=None) -> None:
        parts = (
            self.embeddings,
            self.generator_embeddings,
            self.generator,
            self.generator_head,
            self.discriminator,
            self.discriminator_head,
        )
        for part in parts:
            if part is not None and not part.built:
                part.build()

    def weights_by_path(self) -> dict[str, tf.Variable]:
        """Every weight under its path: the form in which checkpoints hold them.

        Named one by one, because TensorFlow's object graph does not see Keras 3's lists of layers.
        """
        return {variable.path: variable.value for variable in self.trainable_variables}

    def prediction_states(
        self,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        positions: tf.Tensor | None,
        noise: Noise | None = None,
    ) -> tf.Tensor:
        """What the word table is multiplied with: [batch, predictions, embedding_size].

        positions: int [batch, predictions]; None means all.
        """
        noises = _embedding_and_encoder(noise)
        embedded = self.generator_embeddings(input_ids, segment_ids, noise=noises[0])
        states = self.generator(embedded, input_mask, noise=noises[1])
        if positions is not None:
            states = tf.gather(states, positions, batch_dims=1)  # [batch, predictions, hidden]
        return self.generator_head(states)

    def predict_words(
        self,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        positions: tf.Tensor | None,
        noise: Noise | None = None,
    ) -> tf.Tensor:
        """Generator logits at `positions`, all at once: float32 [batch, predictions, vocab]."""
        states = self.prediction_states(input_ids, input_mask, segment_ids, positions, noise)
        rows = tf.reshape(states, [-1, states.shape[-1]])
        logits = word_logits(rows, self.word_table(), self.generator_head.bias)
        return tf.reshape(logits, [-1, states.shape[1], logits.shape[-1]])

    def word_table(self) -> tf.Tensor:
        """The generator's word embeddings and output matrix: float32 [vocab, embedding_size]."""
        return self.generator_embeddings.word_embeddings.value

    def detect_replaced(
        self,
        input_ids: tf.Tensor,
        input_mask: tf.Tensor,
        segment_ids: tf.Tensor,
        noise: Noise | None = None,
    ) -> tf.Tensor:
        """Discriminator logits, positive where a token looks replaced: [batch, seq]."""
        noises = _embedding_and_encoder(noise)
        embedded = self.embeddings(input_ids, segment_ids, noise=noises[0])
        return self.discriminator_head(self.discriminator(embedded, input_mask, noise=noises[1]))


def _embedding_and_encoder(noise: Noise | None) -> tuple[Noise | None, Noise | None]:
    return (None, None) if noise is None else (noise.fold_in(0), noise.fold_in(1))
