"""A released checkpoint as it is converted: each encoder complete, with its head and tokenizer."""

import logging
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig, EncoderName
from selectra_pipeline.config.base import ConfigError, differences
from selectra_pipeline.config.import_checkpoint import ImportConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.carried_settings import of_hugging_face, of_original
from selectra_pipeline.interchange.encoder_sizes import check_word_table, encoder_config
from selectra_pipeline.interchange.huggingface_folder import (
    is_hugging_face_folder,
    read_hugging_face_folder,
)
from selectra_pipeline.interchange.names import MODEL
from selectra_pipeline.interchange.original_checkpoint import (
    find_checkpoint,
    read_original_checkpoint,
    read_step,
)
from selectra_pipeline.model.embeddings import Embeddings
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.heads import ReplacedTokenHead, WordPredictionHead
from selectra_pipeline.model.initial_weights import ENCODERS, InitialWeights, own_encoder
from selectra_pipeline.vocabulary.importing import import_tokenizer
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)


class ReleasedEncoder(NamedTuple):
    """One encoder with embeddings and head; `values` are float32 arrays by our paths."""

    config: EncoderConfig
    values: Mapping[str, np.ndarray]


class ReleasedCheckpoint(NamedTuple):
    """What a checkpoint holds.

    Attributes:
        kind: of its files, in words.
        encoders: those that are there.
        step: of its training; None where it does not say.
        ignored: names in its files that are known to be no weights.
    """

    kind: str
    encoders: Mapping[EncoderName, ReleasedEncoder]
    tokenizer: Tokenizer
    step: int | None
    ignored: tuple[str, ...]


class _Part(NamedTuple):
    """An encoder as it was read, and what else its folder says of it."""

    weights: InitialWeights
    stated: Mapping[str, Any]


def read_released(
    source: pathlib.Path, config: ImportConfig, vocabulary: VocabularyConfig
) -> ReleasedCheckpoint:
    """Read all encoders of a checkpoint and check that they are whole.

    Embeddings are read with each encoder: those of a generator may be its own.

    Args:
        source: local, as `ImportConfig.source` describes it.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.

    Raises:
        ConfigError: no checkpoint there, one that can't be read, or is not whole.
        VocabularyError: no tokenizer, or one that strips accents.
    """
    kind, parts, step = _read(source, config.allow_pickle)
    tokenizer = _tokenizer(source, parts, vocabulary)
    encoders = {}
    for name, part in parts.items():
        heads = config.num_heads if name == "discriminator" else None
        encoders[name] = _complete(name, part, heads)
        check_word_table(part.weights.source, encoders[name].config, tokenizer)
    ignored = (name for part in parts.values() for name in part.weights.ignored)
    return ReleasedCheckpoint(kind, encoders, tokenizer, step, tuple(dict.fromkeys(ignored)))


def _read(
    source: pathlib.Path, allow_pickle: bool
) -> tuple[str, dict[EncoderName, _Part], int | None]:
    """The kind of the checkpoint, its encoders and its step."""
    folders = [source / name for name in ENCODERS if (source / name).is_dir()]
    if not folders and source.is_dir() and is_hugging_face_folder(source):
        folders = [source]
    if folders:
        parts = dict(_read_folder(folder, allow_pickle) for folder in folders)
        if len(parts) < len(folders):
            raise ConfigError(f"discriminator/ and generator/ in {source} hold the same encoder")
        return "Hugging Face folder", parts, None
    prefix = find_checkpoint(source)
    if prefix is None:
        raise ConfigError(
            f"{source} holds no checkpoint: neither a Hugging Face folder (config.json and "
            "model.safetensors), nor discriminator/ and generator/, nor one of "
            "google-research/electra (model.ckpt-N.index); name another in import_checkpoint.source"
        )
    parts = dict(_split(read_original_checkpoint(prefix), prefix.parent))
    return "checkpoint of google-research/electra", parts, read_step(prefix)


def _read_folder(folder: pathlib.Path, allow_pickle: bool) -> tuple[EncoderName, _Part]:
    weights = read_hugging_face_folder(folder, allow_pickle)
    (name,) = weights.sizes
    return name, _Part(weights, of_hugging_face(folder))


def _split(weights: InitialWeights, folder: pathlib.Path) -> Iterator[tuple[EncoderName, _Part]]:
    """The encoders of one checkpoint, the embeddings with each."""
    for name, sizes in weights.sizes.items():
        values = {p: v for p, v in weights.values.items() if own_encoder(p) in (name, None)}
        part = InitialWeights(
            weights.source, values, {name: sizes}, weights.unknown, weights.ignored
        )
        yield name, _Part(part, of_original(folder, name))


def _complete(name: EncoderName, part: _Part, heads: int | None) -> ReleasedEncoder:
    """The encoder with its configuration, once names and shapes are those of such a model."""
    weights, known = part.weights, {**part.stated, **part.weights.sizes[name]}
    if heads is not None and known.setdefault("num_heads", heads) != heads:
        raise ConfigError(
            f"import_checkpoint.num_heads={heads}, but {weights.source} says "
            f"{known['num_heads']}; leave it out"
        )
    if weights.unknown:
        raise ConfigError(
            f"{weights.source} holds what is no weight of an ELECTRA: "
            f"{', '.join(weights.unknown)}; it would be lost, and the model compute otherwise than "
            "it was trained: name another checkpoint"
        )
    if "hidden_size" not in known or "vocab_size" not in known:
        raise ConfigError(f"{weights.source} holds no whole {name}; copy it anew")
    config = encoder_config(known)
    if config.hidden_size % config.num_heads:
        raise ConfigError(
            f"{config.num_heads} heads do not divide the width of the {name} in {weights.source}, "
            f"{config.hidden_size}; set import_checkpoint.num_heads as it was trained"
        )
    found = {path: value.shape for path, value in weights.values.items()}
    if problems := differences(encoder_shapes(config, name), found):
        lines = "\n  ".join(problems)
        raise ConfigError(
            f"{weights.source} is no whole {name} with the head of its pre-training (shape needed "
            f"-> found):\n  {lines}\nname another checkpoint, or copy this one anew"
        )
    return ReleasedEncoder(config, weights.values)


def encoder_shapes(config: EncoderConfig, name: EncoderName) -> dict[str, tuple[int, ...]]:
    """Shapes by path of all variables of an encoder, its embeddings and its head."""
    head = ReplacedTokenHead if name == "discriminator" else WordPredictionHead
    layers = (
        Embeddings(config, name="embeddings"),
        Encoder(config, name=name),
        head(config, name=f"{name}_head"),
    )
    shapes = {}
    with keras.StatelessScope(initialize_variables=False):  # no memory for values
        for layer in layers:
            layer.build()
            shapes |= {MODEL + v.path: tuple(v.shape) for v in layer.trainable_variables}
    return shapes


def _tokenizer(
    source: pathlib.Path, parts: Mapping[EncoderName, _Part], vocabulary: VocabularyConfig
) -> Tokenizer:
    """The one tokenizer of all encoders."""
    places = [source / name for name in parts if (source / name).is_dir()] or [source]
    tokenizers = [import_tokenizer(place, vocabulary) for place in places]
    if len({tokenizer.digest for tokenizer in tokenizers}) > 1:
        raise ConfigError(
            f"discriminator and generator in {source} have different tokenizers; import one of the "
            "two folders"
        )
    return tokenizers[0]
