"""Weights of an earlier training that a run starts from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.initialization import initial_value

ENCODERS: tuple[EncoderName, ...] = get_args(EncoderName)
DETECTING_HEAD = "discriminator_head"


@dataclass(frozen=True)
class InitialWeights:
    """Trained weights by the paths of our variables.

    Attributes:
        source: where they were read.
        values: float32 arrays by `variable.path`.
        sizes: of each encoder that is there, the fields of `EncoderConfig` that are known.
        unknown: names in the source that are no variable of an ELECTRA.
        ignored: names in the source that are known to be no weights.
        fresh_encoder: the encoder that keeps its random weights.
        fresh_head: whether the detecting head does: the weights are of a word predictor alone.
    """

    source: str
    values: Mapping[str, np.ndarray]
    sizes: Mapping[EncoderName, Mapping[str, int | float]]
    unknown: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    fresh_encoder: EncoderName | None = None
    fresh_head: bool = False

    def leaves_random(self, path: str) -> bool:
        """Whether a variable keeps its random values by intention."""
        encoder = own_encoder(path)
        return (encoder is not None and encoder == self.fresh_encoder) or (
            self.fresh_head and path.split("/")[1] == DETECTING_HEAD
        )

    @property
    def digest(self) -> str:
        """`weights_digest` of all values."""
        return weights_digest(self.values)


def weights_digest(values: Mapping[str, np.ndarray]) -> str:
    """SHA-256 (first 16 hex digits) of arrays by path: wherever they lie, in whatever format."""
    digest = hashlib.sha256()
    for path in sorted(values):
        digest.update(f"{path} {values[path].shape}\n".encode())
        digest.update(np.ascontiguousarray(values[path]))
    return digest.hexdigest()[:16]


def own_encoder(path: str) -> EncoderName | None:
    """The encoder that a variable belongs to, alone; None for the shared embeddings."""
    part = path.split("/")[1].split("_")[0]  # generator_head, generator_embeddings
    return part if part in ENCODERS else None


def starting_value(
    path: str, shape: tuple[int, ...], config: PretrainingConfig, weights: InitialWeights | None
) -> np.ndarray:
    """What a variable of a run held before the first step: the given weights', or its seed's."""
    if weights is not None and path in weights.values:
        return weights.values[path]
    return initial_value(path, shape, config.architecture.initializer_range, config.seed)
