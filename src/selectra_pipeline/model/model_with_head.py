"""A discriminator with a head, of a task or of pre-training, as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


@dataclass(frozen=True)
class ModelWithHead:
    """Weights of a model, and what is needed to use them.

    Attributes:
        source: where it was read, for messages.
        values: float32 arrays by path, those of embeddings, discriminator and head.
        tokenizer: the one that the weights were trained with.
        label_names: the classes in the order of their numbers; empty where none are named.
    """

    source: str
    config: EncoderConfig
    values: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    label_names: tuple[str, ...]
