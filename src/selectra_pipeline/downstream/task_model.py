"""A discriminator with the head of a task."""

from collections.abc import Mapping
from typing import Self

import keras
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError, differences
from selectra_pipeline.downstream.sequence_packing import PackedBatch, row_tokens, unpack
from selectra_pipeline.model.electra import PRECISION_POLICY
from selectra_pipeline.model.embeddings import Embeddings
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.initialization import initialize
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.records.reader import Batch


class TaskModel(keras.layers.Layer):
    """Embeddings, discriminator and a head that is called with its states and noise.

    Embeddings and discriminator have the paths that they have in `Electra`, so that its weights
    fit.

    Args:
        precision: of the computation in embeddings and discriminator; the head has its own.
    """

    def __init__(
        self, config: EncoderConfig, head: keras.layers.Layer, precision: str = "float32"
    ) -> None:
        policy = PRECISION_POLICY[precision]
        super().__init__(name="electra", dtype=policy)
        self.config = config
        self.embeddings = Embeddings(config, dtype=policy, name="embeddings")
        self.discriminator = Encoder(config, dtype=policy, name="discriminator")
        self.head = head

    @classmethod
    def create(
        cls,
        config: EncoderConfig,
        head: keras.layers.Layer,
        weights: Mapping[str, tf.Variable],
        seed: int,
        precision: str = "float32",
    ) -> Self:
        """Build the model with copies of pre-trained weights, and a head that `seed` initialises.

        Args:
            weights: by path, as `Electra.weights_by_path` gives them.
        """
        model = cls(config, head, precision)
        model.build()
        for layer in (model.embeddings, model.discriminator):
            for variable in layer.trainable_variables:
                variable.assign(tf.convert_to_tensor(weights[variable.path]))
        initialize(model.head.trainable_variables, config.initializer_range, seed)
        return model

    @classmethod
    def restore(
        cls, config: EncoderConfig, head: keras.layers.Layer, values: Mapping[str, np.ndarray]
    ) -> Self:
        """Build the model with the values of all its variables by path, the head's among them.

        Raises:
            ConfigError: one is missing, is none of the model's, or has another shape.
        """
        model = cls(config, head)
        model.build()
        needed = {variable.path: tuple(variable.shape) for variable in model.trainable_variables}
        if problems := differences(needed, {path: value.shape for path, value in values.items()}):
            lines = "\n  ".join(problems)
            raise ConfigError(
                f"the weights are not those of such a model (shape needed -> found):\n  {lines}\n"
                "name another folder, or write it anew"
            )
        for variable in model.trainable_variables:
            variable.assign(values[variable.path])
        return model

    def build(self, input_shape=None) -> None:
        self.embeddings.build()
        self.discriminator.build()
        self.head.build()

    def call(self, inputs: Batch | PackedBatch, noise: Noise | None = None) -> tf.Tensor:
        """Logits of the head; a noise of None means inference."""
        return self.head(
            self.states(inputs, noise), noise=None if noise is None else noise.fold_in(2)
        )

    def states(self, inputs: Batch | PackedBatch, noise: Noise | None = None) -> tf.Tensor:
        """The discriminator's last states, [batch, seq, hidden]; without noise, inference.

        Whether sequences share rows changes what is computed, not what comes of it: but for
        rounding, for the noise of dropout, which is a row's, and for what stands at padding.
        """
        noises = [None if noise is None else noise.fold_in(part) for part in range(2)]
        if isinstance(inputs, Batch):
            embedded = self.embeddings(inputs.input_ids, inputs.segment_ids, noise=noises[0])
            return self.discriminator(embedded, inputs.input_mask, noise=noises[1])
        rows = row_tokens(inputs)
        embedded = self.embeddings(
            rows.input_ids, rows.segment_ids, rows.position_ids, noise=noises[0]
        )
        return unpack(self.discriminator(embedded, rows.attention_mask, noise=noises[1]), inputs)
