"""A checkpoint that is to be fine-tuned: ours, of Hugging Face, or of google-research/electra."""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from selectra_pipeline.config.architecture import ArchitectureConfig, EncoderConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.encoder_sizes import check_word_table
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.model.pretrained_encoder import PretrainedEncoder
from selectra_pipeline.vocabulary.importing import import_tokenizer

logger = logging.getLogger(__name__)

USUAL_HEAD_SIZE = 64  # of all released models; a TensorFlow checkpoint does not say it
PARTS = ("embeddings", "discriminator")
USUAL = ArchitectureConfig()  # for what no checkpoint says: dropout


def load_pretrained(
    source: str | Path, vocabulary: VocabularyConfig, name: str | None = None
) -> PretrainedEncoder:
    """Read embeddings, discriminator and tokenizer.

    Args:
        source: as `load_weights` takes it, with `vocab.txt` in it or beside it.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.
        name: of the checkpoint in tables; None takes that of its folder.

    Raises:
        ConfigError: no such checkpoint, one without discriminator, or one that can't be read.
        VocabularyError: no tokenizer, one that strips accents, or one of another size than the
            word table.
    """
    weights = load_weights(source, fresh_encoder="generator")
    if "discriminator" not in weights.sizes:
        raise ConfigError(f"{source} holds no discriminator; only that is fine-tuned")
    tokenizer = import_tokenizer(_beside(Path(source)), vocabulary)
    config = _config(weights.sizes["discriminator"])
    check_word_table(source, config, tokenizer)
    return PretrainedEncoder(
        name or _name(Path(source)), config, _values(weights.values), tokenizer
    )


def _config(sizes: Mapping[str, int | float]) -> EncoderConfig:
    if "num_heads" not in sizes:
        heads = max(1, sizes["hidden_size"] // USUAL_HEAD_SIZE)
        logger.warning(
            "the checkpoint does not say how many attention heads it has: %d of %d units are taken",
            heads,
            sizes["hidden_size"] // heads,
        )
        sizes = {"num_heads": heads, **sizes}
    usual = {
        "dropout": USUAL.dropout,
        "attention_dropout": USUAL.attention_dropout,
        "layer_norm_epsilon": USUAL.layer_norm_epsilon,
        "initializer_range": USUAL.initializer_range,
    }
    return EncoderConfig(**{**usual, **sizes})


def _values(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Those of the parts that are fine-tuned."""
    return {path: value for path, value in values.items() if path.split("/")[1] in PARTS}


def _beside(source: Path) -> Path:
    """The folder of an export that the discriminator's tokenizer is in, else the source itself."""
    return source / "discriminator" if (source / "discriminator").is_dir() else source


def _name(source: Path) -> str:
    """What the folders are called: data/06_models/RUN/huggingface is RUN's."""
    named = [part for part in source.parts if part not in ("discriminator", "huggingface")]
    return named[-1] if named else str(source)
