"""Reading a fine-tuned model from a Hugging Face folder."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.encoder_sizes import encoder_sizes
from selectra_pipeline.interchange.huggingface_folder import (
    COMPARED_SETTINGS,
    read_config,
    read_tensors,
)
from selectra_pipeline.interchange.names import (
    HUGGING_FACE_BUFFER,
    UnknownNameError,
    path_from_hugging_face,
    transpose_kernel,
)
from selectra_pipeline.vocabulary.importing import import_tokenizer
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

# What a fine-tuned model is computed with beside its shapes and `COMPARED_SETTINGS`.
WITHOUT_DROPOUT = {"dropout": 0.0, "attention_dropout": 0.0, "initializer_range": 0.02}


@dataclasses.dataclass(frozen=True)
class FinetunedFolder:
    """What a folder of a fine-tuned model holds.

    Attributes:
        values: float32 arrays by the paths of the variables of `TaskModel`, the head's among them.
        label_names: the classes in the order of their numbers.
        hugging_face_class: "ElectraForSequenceClassification" and the like.
    """

    config: EncoderConfig
    values: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    label_names: tuple[str, ...]
    hugging_face_class: str


def read_finetuned(
    folder: str | Path, hugging_face_class: str, vocabulary: VocabularyConfig
) -> FinetunedFolder:
    """Read a model of the given class.

    Args:
        vocabulary: as `load_pretrained` takes it.

    Raises:
        ConfigError: no such model, one of another class, or a pickled one.
        VocabularyError: no tokenizer, or one that strips accents.
    """
    folder = Path(folder)
    settings = read_config(folder)
    found = (settings.get("architectures") or ["no class"])[0]
    if found != hugging_face_class:
        raise ConfigError(f"{folder} holds an {found}; a {hugging_face_class} is needed")
    values = {}
    for name, tensor in read_tensors(folder, settings).items():
        if re.fullmatch(HUGGING_FACE_BUFFER, name):
            continue
        try:
            path = path_from_hugging_face(name, "task")
        except UnknownNameError as error:
            raise ConfigError(f"{folder}: {error}") from error
        values[path] = transpose_kernel(path, tensor.astype(np.float32))
    stated = {ours: settings[key] for key, ours in COMPARED_SETTINGS.items() if key in settings}
    sizes = encoder_sizes(values, "discriminator")
    return FinetunedFolder(
        config=EncoderConfig(**{**WITHOUT_DROPOUT, **sizes, **stated}),
        values=values,
        tokenizer=import_tokenizer(folder, vocabulary),
        label_names=_label_names(settings.get("id2label", {})),
        hugging_face_class=found,
    )


def _label_names(names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names[number] for number in sorted(names, key=int))
