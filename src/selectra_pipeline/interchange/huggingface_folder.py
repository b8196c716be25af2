"""Reading one encoder from a Hugging Face folder: `model.safetensors` and `config.json`."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange.encoder_sizes import encoder_sizes
from selectra_pipeline.interchange.huggingface import HUGGING_FACE_CLASS
from selectra_pipeline.interchange.names import (
    HUGGING_FACE_BUFFER,
    HUGGING_FACE_OUTPUT,
    MODEL,
    UnknownNameError,
    path_from_hugging_face,
    transpose_kernel,
)
from selectra_pipeline.interchange.pickled_weights import read_pickled_weights
from selectra_pipeline.model.initial_weights import InitialWeights

CONFIG_FILE, WEIGHTS_FILE, PICKLE_FILE = "config.json", "model.safetensors", "pytorch_model.bin"

# What begins the names of the layers that only one of the two classes has.
HEADS: dict[str, EncoderName] = {
    "discriminator_predictions.": "discriminator",
    "generator_predictions.": "generator",
}
# Settings that no shape shows: those that must be so, and those that ours are compared with.
FIXED_SETTINGS = {
    "model_type": "electra",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
}
COMPARED_SETTINGS = {"num_attention_heads": "num_heads", "layer_norm_eps": "layer_norm_epsilon"}


def is_hugging_face_folder(folder: Path) -> bool:
    """Whether the folder holds, or seems meant to hold, a model of transformers."""
    return any((folder / name).exists() for name in (CONFIG_FILE, WEIGHTS_FILE, PICKLE_FILE))


def read_hugging_face_folder(folder: Path, allow_pickle: bool = False) -> InitialWeights:
    """The weights of a discriminator (`ElectraForPreTraining`) or generator (`ElectraForMaskedLM`).

    Half precision becomes float32, kernels are turned to [in, out].

    Args:
        allow_pickle: see `read_tensors`.

    Raises:
        ConfigError: no such model, a pickled one, or one that computes otherwise than ours.
    """
    config = read_config(folder)
    tensors = read_tensors(folder, config, allow_pickle)
    encoder = _encoder_of(tensors, folder)
    values: dict[str, np.ndarray] = {}
    unknown, ignored = [], []
    for name, tensor in tensors.items():
        if re.fullmatch(f"{HUGGING_FACE_BUFFER}|{HUGGING_FACE_OUTPUT}", name):
            ignored.append(name)
            continue
        try:
            path = path_from_hugging_face(name, encoder)
        except UnknownNameError:
            unknown.append(name)
            continue
        values[path] = transpose_kernel(path, tensor.astype(np.float32))
    _check_output(tensors, values, folder)
    settings = {ours: config[key] for key, ours in COMPARED_SETTINGS.items() if key in config}
    return InitialWeights(
        source=str(folder),
        values=values,
        sizes={encoder: {**encoder_sizes(values, encoder), **settings}},
        unknown=tuple(unknown),
        ignored=tuple(ignored),
    )


def read_mapping(path: Path) -> dict[str, Any]:
    """The content of a JSON file that holds a mapping.

    Raises:
        FileNotFoundError: there is none.
        ConfigError: it is damaged, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path} is damaged ({error}); copy it anew") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no mapping; copy it anew")
    return content


def read_config(folder: Path) -> dict[str, Any]:
    """The content of `config.json`, of a model that computes as ours do.

    Raises:
        ConfigError: there is none, or it is damaged or of another kind of model.
    """
    path = folder / CONFIG_FILE
    try:
        config = read_mapping(path)
    except FileNotFoundError:
        raise ConfigError(
            f"{path} does not exist: without it the number of attention heads is not known; "
            "copy it from where the weights are from"
        ) from None
    for key, ours in FIXED_SETTINGS.items():
        if config.get(key, ours) != ours:
            raise ConfigError(
                f"{path} says {key}={config[key]!r}, where our model has {ours!r}: choose another "
                "checkpoint, this one would not compute here what it was trained for"
            )
    return config


def read_tensors(
    folder: Path, config: dict[str, Any], allow_pickle: bool = False
) -> dict[str, np.ndarray]:
    """The content of `model.safetensors`.

    Args:
        allow_pickle: whether `pytorch_model.bin` is read where there is no other file; nothing
            that is in it is run (`pickled_weights`).

    Raises:
        ConfigError: there is none, or it is damaged; pickled weights are refused if not allowed.
    """
    path = folder / WEIGHTS_FILE
    if path.exists():
        try:
            return safetensors.numpy.load_file(path)  # bfloat16 too, since TensorFlow is imported
        except safetensors.SafetensorError as error:
            raise ConfigError(f"{path} is damaged ({error}); copy it anew") from error
    pickled = folder / PICKLE_FILE
    if not pickled.exists():
        raise ConfigError(
            f"{folder} holds no {WEIGHTS_FILE}; copy it from where {CONFIG_FILE} is from"
        )
    if allow_pickle:
        return read_pickled_weights(pickled)
    model_class = (config.get("architectures") or [HUGGING_FACE_CLASS["discriminator"]])[0]
    raise ConfigError(
        f"{folder} holds its weights as {PICKLE_FILE}, a pickle, which may run any program when it "
        "is read. The pipeline import_checkpoint reads what is no program in it, with "
        "import_checkpoint.allow_pickle=true. Or convert it where PyTorch and transformers are "
        "installed:\n"
        f"  python -c \"from transformers import {model_class} as M; f = '{folder}'; "
        f'M.from_pretrained(f).save_pretrained(f)"'
    )


def _encoder_of(tensors: dict[str, np.ndarray], folder: Path) -> EncoderName:
    for prefix, encoder in HEADS.items():
        if any(name.startswith(prefix) for name in tensors):
            return encoder
    raise ConfigError(
        f"{folder} holds neither a discriminator nor a generator with the head of its "
        f"pre-training; name a folder of {' or '.join(HUGGING_FACE_CLASS.values())}"
    )


def _check_output(
    tensors: dict[str, np.ndarray], values: dict[str, np.ndarray], folder: Path
) -> None:
    """Our generator's output matrix is the word table; so must be that of a file that holds it."""
    table = values.get(f"{MODEL}embeddings/word_embeddings")
    for name, tensor in tensors.items():
        if re.fullmatch(HUGGING_FACE_OUTPUT, name) and not np.array_equal(tensor, table):
            raise ConfigError(
                f"{name} in {folder} is not the word table, as it is in our model: this generator "
                "can't be used; name the discriminator's folder, and set "
                "pretraining.fresh_encoder=generator"
            )
