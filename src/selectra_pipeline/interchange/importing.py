"""Initial weights from a released checkpoint: found, read, and of the run's vocabulary."""

import dataclasses
import logging
from pathlib import Path

import numpy as np

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.interchange.adapted_weights import adapt
from selectra_pipeline.interchange.huggingface_folder import (
    is_hugging_face_folder,
    read_hugging_face_folder,
)
from selectra_pipeline.interchange.original_checkpoint import (
    find_checkpoint,
    read_original_checkpoint,
)
from selectra_pipeline.model.initial_weights import ENCODERS, InitialWeights, own_encoder
from selectra_pipeline.shards.paths import as_path, is_remote
from selectra_pipeline.vocabulary.importing import check_same_vocabulary, find_vocabulary
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

NAMED_IGNORED = 3  # of the ignored names, in the log


def load_initial_weights(config: PretrainingConfig, tokenizer: Tokenizer) -> InitialWeights | None:
    """What `pretraining.initial_weights` names; None where it names nothing.

    Raises:
        ConfigError: no checkpoint there, it can't be read, or it can't be adapted to the run.
        VocabularyError: it was trained with another vocabulary.
    """
    if config.initial_weights is None:
        return None
    vocabulary = find_vocabulary(config.initial_weights)
    if vocabulary is None:
        logger.warning(
            "no vocab.txt beside %s: whether the weights were trained with this vocabulary is not "
            "checked",
            config.initial_weights,
        )
    else:
        check_same_vocabulary(tokenizer, vocabulary)
    weights = adapt(load_weights(config.initial_weights, config.fresh_encoder), config)
    _log(weights)
    return weights


def load_weights(source: str | Path, fresh_encoder: EncoderName | None = None) -> InitialWeights:
    """Read all weights of a checkpoint but those of `fresh_encoder`.

    Args:
        source: a Hugging Face folder of one encoder, a folder of two such folders
            (`discriminator/`, `generator/`), or a checkpoint of google-research/electra: its path
            without ".index", or its folder.

    Raises:
        ConfigError: nothing of the kind is there, or it can't be read.
    """
    if is_remote(as_path(source)):
        raise ConfigError(f"{source}: weights to start from are read from a disk; copy them there")
    source = Path(source)
    pair = [name for name in ENCODERS if (source / name).is_dir() and name != fresh_encoder]
    if pair:
        parts = [read_hugging_face_folder(source / name) for name in pair]
        return _without(_joined(parts, source), fresh_encoder)
    if source.is_dir() and is_hugging_face_folder(source):
        return _without(read_hugging_face_folder(source), fresh_encoder)
    prefix = find_checkpoint(source)
    if prefix is None:
        raise ConfigError(
            f"{source} holds no weights to start from: neither a Hugging Face folder "
            "(model.safetensors and config.json), nor discriminator/ and generator/, nor a "
            "checkpoint of google-research/electra (model.ckpt-N.index); name another in "
            "pretraining.initial_weights, or for fine-tuning in evaluation.checkpoint"
        )
    return _without(read_original_checkpoint(prefix), fresh_encoder)


def _joined(parts: list[InitialWeights], source: Path) -> InitialWeights:
    """One encoder of each part. Our encoders share their embeddings, so theirs must be equal."""
    first, last = parts[0], parts[-1]
    different = [
        path
        for path in first.values.keys() & last.values.keys()
        if not np.array_equal(first.values[path], last.values[path])
    ]
    if different:
        raise ConfigError(
            f"discriminator and generator in {source} differ in {', '.join(sorted(different))}, "
            "which they share in our model; name two of one training, or leave one of them out: "
            "set pretraining.fresh_encoder=generator"
        )
    return InitialWeights(
        source=str(source),
        values={**last.values, **first.values},
        sizes={**first.sizes, **last.sizes},
        unknown=tuple(dict.fromkeys(name for part in parts for name in part.unknown)),
        ignored=tuple(dict.fromkeys(name for part in parts for name in part.ignored)),
    )


def _without(weights: InitialWeights, fresh_encoder: EncoderName | None) -> InitialWeights:
    if fresh_encoder is None:
        return weights
    return dataclasses.replace(
        weights,
        values={p: v for p, v in weights.values.items() if own_encoder(p) != fresh_encoder},
        sizes={name: sizes for name, sizes in weights.sizes.items() if name != fresh_encoder},
        fresh_encoder=fresh_encoder,
    )


def _log(weights: InitialWeights) -> None:
    logger.info(
        "initial weights of %s from %s: %d variables",
        " and ".join(weights.sizes),
        weights.source,
        len(weights.values),
    )
    if weights.fresh_encoder:
        logger.warning("the %s starts from random weights", weights.fresh_encoder)
    if weights.ignored:
        more = len(weights.ignored) - NAMED_IGNORED
        logger.info(
            "ignored: %s%s",
            ", ".join(weights.ignored[:NAMED_IGNORED]),
            f" and {more} more" if more > 0 else "",
        )
