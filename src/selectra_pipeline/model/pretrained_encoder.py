"""An encoder to be fine-tuned, whatever format it was in."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.model.initial_weights import weights_digest
from selectra_pipeline.model.initialization import initial_value
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


@dataclasses.dataclass(frozen=True)
class PretrainedEncoder:
    """Embeddings and encoder without the head of pre-training.

    Attributes:
        name: for tables and logs.
        values: float32 arrays by the paths of the variables of `Electra`, where the encoder is the
            discriminator.
        tokenizer: the one that the weights were trained with.
        is_random: whether the weights are drawn, anew for each trial.
    """

    name: str
    config: EncoderConfig
    values: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    is_random: bool = False

    @property
    def parameters(self) -> int:
        return sum(value.size for value in self.values.values())

    @property
    def digest(self) -> str:
        """Hash of all that decides what the encoder computes of a text, but random weights.

        Those follow from the seed of a trial.
        """
        weights = "random" if self.is_random else weights_digest(self.values)
        return fingerprint(weights, self.config, self.tokenizer.digest)

    def with_random_weights(self, seed: int) -> "PretrainedEncoder":
        """The same architecture and tokenizer before any training."""
        named = dataclasses.replace(self, name=f"{self.name}, random weights", is_random=True)
        return named.of_trial(seed)

    def of_trial(self, seed: int) -> "PretrainedEncoder":
        """What a trial starts from: random weights vary with its seed, as its head's do."""
        if not self.is_random:
            return self
        return dataclasses.replace(
            self,
            values={
                path: initial_value(path, value.shape, self.config.initializer_range, seed)
                for path, value in self.values.items()
            },
        )
