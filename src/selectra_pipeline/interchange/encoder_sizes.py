"""An encoder's sizes, read off the shapes of its variables, and the configuration they make."""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from selectra_pipeline.config.architecture import ArchitectureConfig, EncoderConfig, EncoderName
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange.names import MODEL
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

USUAL_HEAD_SIZE = 64  # of all released models; a TensorFlow checkpoint does not say it
USUAL = ArchitectureConfig()  # for what no checkpoint says: dropout

# A field of `EncoderConfig` | a variable | its axis. {encoder} is the encoder's name.
SIZES = """
vocab_size              | embeddings/word_embeddings              | 0
embedding_size          | embeddings/word_embeddings              | 1
type_vocab_size         | embeddings/token_type_embeddings        | 0
max_position_embeddings | embeddings/position_embeddings          | 0
hidden_size             | {encoder}/layer_0/attention_output/bias | 0
intermediate_size       | {encoder}/layer_0/intermediate/bias     | 0
"""


def encoder_sizes(values: Mapping[str, np.ndarray], encoder: EncoderName) -> dict[str, int]:
    """The fields of `EncoderConfig` that shapes tell: all sizes but the number of heads.

    Those that a missing variable would tell are left out.
    """
    prefix = f"{MODEL}{encoder}/layer_"
    numbers = {path.removeprefix(prefix).split("/")[0] for path in values if prefix in path}
    sizes = {"num_layers": len(numbers)}
    for line in SIZES.format(encoder=encoder).strip().splitlines():
        field, variable, axis = (column.strip() for column in line.split("|"))
        if MODEL + variable in values:
            sizes[field] = values[MODEL + variable].shape[int(axis)]
    return sizes


def encoder_config(known: Mapping[str, int | float]) -> EncoderConfig:
    """The configuration of which some fields are known, all sizes of `encoder_sizes` among them."""
    if "num_heads" not in known:
        heads = max(1, known["hidden_size"] // USUAL_HEAD_SIZE)
        logger.warning(
            "the checkpoint does not say how many attention heads it has: %d of %d units are taken",
            heads,
            known["hidden_size"] // heads,
        )
        known = {"num_heads": heads, **known}
    usual = {
        "dropout": USUAL.dropout,
        "attention_dropout": USUAL.attention_dropout,
        "layer_norm_epsilon": USUAL.layer_norm_epsilon,
        "initializer_range": USUAL.initializer_range,
    }
    return EncoderConfig(**{**usual, **known})


def check_word_table(source: str | Path, config: EncoderConfig, tokenizer: Tokenizer) -> None:
    """Raise `ConfigError` if the word table of a checkpoint has no row for each entry."""
    if tokenizer.size != config.vocab_size:
        raise ConfigError(
            f"{source} has a word table of {config.vocab_size} rows, but its vocabulary has "
            f"{tokenizer.size} entries: they are not of one model; put the vocab.txt there that "
            "the weights were trained with"
        )
