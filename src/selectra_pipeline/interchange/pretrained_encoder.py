"""A checkpoint that is to be fine-tuned: ours, of Hugging Face, or of google-research/electra."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.base import ConfigError, require
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.carried_settings import of_hugging_face, of_original
from selectra_pipeline.interchange.encoder_sizes import check_word_table, encoder_config
from selectra_pipeline.interchange.huggingface_folder import is_hugging_face_folder
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.interchange.original_checkpoint import find_checkpoint
from selectra_pipeline.model.initial_weights import ENCODERS
from selectra_pipeline.model.pretrained_encoder import PretrainedEncoder
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.paths import Path, as_path, is_remote
from selectra_pipeline.vocabulary.importing import import_tokenizer

logger = logging.getLogger(__name__)


def load_pretrained(
    source: str | Path, vocabulary: VocabularyConfig, name: str | None = None
) -> PretrainedEncoder:
    """Read embeddings, encoder and tokenizer.

    The encoder is the discriminator. Where there is none, it is that of the generator: a run with
    `pretraining.objective.task=mlm` trains its full-size encoder as such.

    Args:
        source: as `load_weights` takes it, or a folder on any storage; `vocab.txt` is in it or
            beside it.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.
        name: of the checkpoint in tables; None takes that of its folder.

    Raises:
        ConfigError: no such checkpoint, one without encoder, or one that can't be read.
        VocabularyError: no tokenizer, one that strips accents, or one of another size than the
            word table.
    """
    source = as_path(source)
    if is_remote(source):
        require(source.is_dir(), f"there is no folder {source}; name another")
        with local_copy(source) as local:
            return load_pretrained(local, vocabulary, name or _name(source))
    folder = _folder_of_encoder(source)
    weights = load_weights(folder)
    encoder = next(filter(weights.sizes.__contains__, ENCODERS), None)
    if encoder is None:
        raise ConfigError(f"{source} holds no encoder; name a checkpoint of an ELECTRA")
    if encoder == "generator":
        logger.info("%s holds no discriminator: the encoder of its generator is taken", source)
    tokenizer = import_tokenizer(folder, vocabulary)
    config = encoder_config({**_stated(folder, encoder), **weights.sizes[encoder]})
    check_word_table(source, config, tokenizer)
    return PretrainedEncoder(
        name or _name(source), config, _encoder_values(weights.values, encoder), tokenizer
    )


def _stated(source: Path, encoder: EncoderName) -> dict[str, Any]:
    """What stands beside the weights: of heads and dropout, which no shape tells."""
    if is_hugging_face_folder(source):
        return of_hugging_face(source)
    return of_original(find_checkpoint(source).parent, encoder)


def _folder_of_encoder(source: Path) -> Path:
    """The folder of an export that its encoder is in, else the source itself."""
    return next((source / name for name in ENCODERS if (source / name).is_dir()), source)


def _encoder_values(
    values: Mapping[str, np.ndarray], encoder: EncoderName
) -> dict[str, np.ndarray]:
    """Those of embeddings and encoder, by the paths that the discriminator's have."""
    renamed = {"embeddings": "embeddings", encoder: "discriminator"}
    kept = {}
    for path, value in values.items():
        model, part, rest = path.split("/", 2)
        if part in renamed:
            kept[f"{model}/{renamed[part]}/{rest}"] = value
    return kept


def _name(source: Path) -> str:
    """What the folders are called: data/06_models/RUN/huggingface is RUN's."""
    named = [part for part in source.parts if part not in (*ENCODERS, "huggingface")]
    return named[-1] if named else str(source)
