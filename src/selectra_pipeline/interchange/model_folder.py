"""Reading a model with its head from a Hugging Face folder, to predict with it."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.encoder_sizes import check_word_table, encoder_sizes
from selectra_pipeline.interchange.huggingface import HUGGING_FACE_CLASS
from selectra_pipeline.interchange.huggingface_folder import (
    COMPARED_SETTINGS,
    read_config,
    read_tensors,
)
from selectra_pipeline.interchange.names import (
    HUGGING_FACE_BUFFER,
    Part,
    UnknownNameError,
    path_from_hugging_face,
    transpose_kernel,
)
from selectra_pipeline.model.model_with_head import ModelWithHead
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.importing import import_tokenizer

DISCRIMINATOR_CLASS = HUGGING_FACE_CLASS["discriminator"]

# What training needs and predicting does not.
NOT_NEEDED = {"dropout": 0.0, "attention_dropout": 0.0, "initializer_range": 0.0}


def read_model(
    source: str | Path, hugging_face_class: str, vocabulary: VocabularyConfig
) -> ModelWithHead:
    """Read a model of the given class, "ElectraForSequenceClassification" and the like.

    Args:
        source: a folder on any storage.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.

    Raises:
        ConfigError: no such folder, a model of another class, one that is damaged or not whole, or
            pickled weights.
        VocabularyError: no tokenizer, or one that strips accents.
    """
    source = as_path(source)
    if not source.is_dir():
        raise ConfigError(
            f"there is no folder {source}; make it with kedro run --pipeline evaluate --params "
            "tasks=TASK, or name that of another fine-tuned model"
        )
    with local_copy(source) as folder:
        settings = read_config(folder)
        _check_class(source, settings, hugging_face_class)
        part = "discriminator" if hugging_face_class == DISCRIMINATOR_CLASS else "task"
        values = _values(source, read_tensors(folder, settings), part)
        tokenizer = import_tokenizer(folder, vocabulary)
    config = _config(source, settings, values)
    check_word_table(source, config, tokenizer)
    return ModelWithHead(str(source), config, values, tokenizer, _label_names(settings))


def _check_class(source: Path, settings: Mapping[str, Any], needed: str) -> None:
    found = ", ".join(settings.get("architectures") or ["a model of no known class"])
    if found != needed:
        raise ConfigError(f"{source} holds {found}, {needed} is needed; name another folder")


def _values(source: Path, tensors: Mapping[str, np.ndarray], part: Part) -> dict[str, np.ndarray]:
    """The tensors by our paths."""
    values = {}
    for name, tensor in tensors.items():
        if re.fullmatch(HUGGING_FACE_BUFFER, name):
            continue
        try:
            path = path_from_hugging_face(name, part)
        except UnknownNameError as error:
            raise ConfigError(f"{source} can't be used: {error}") from error
        values[path] = transpose_kernel(path, tensor.astype(np.float32))
    return values


def _config(
    source: Path, settings: Mapping[str, Any], values: Mapping[str, np.ndarray]
) -> EncoderConfig:
    stated = {ours: settings[key] for key, ours in COMPARED_SETTINGS.items() if key in settings}
    known = {**NOT_NEEDED, **encoder_sizes(values, "discriminator"), **stated}
    unknown = [f.name for f in dataclasses.fields(EncoderConfig) if f.name not in known]
    if unknown:
        raise ConfigError(
            f"{source} is not whole: neither its weights nor its config.json say "
            f"{', '.join(unknown)}; copy it anew"
        )
    return EncoderConfig(**known)


def _label_names(settings: Mapping[str, Any]) -> tuple[str, ...]:
    names = settings.get("id2label", {})
    return tuple(names[number] for number in sorted(names, key=int))
