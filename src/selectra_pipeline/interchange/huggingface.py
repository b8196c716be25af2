"""Export for Hugging Face: a folder each for discriminator and generator, as transformers loads it.

Neither transformers nor PyTorch is needed to write them.
"""

import json
import logging
import math
import pathlib
from collections.abc import Mapping
from typing import Any, get_args

import keras
import numpy as np
import safetensors.numpy

from selectra_pipeline.config.architecture import EncoderConfig, EncoderName
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.interchange.fast_tokenizer import tokenizer_files
from selectra_pipeline.interchange.names import MODEL, Part, hugging_face_name, transpose_kernel
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.trained import (
    TrainedElectra,
    load_tokenizer,
    load_trained,
)
from selectra_pipeline.shards.manifest import Manifest, Shard, finished
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

EXPORT_KIND = "export"

logger = logging.getLogger(__name__)

# Raise it when a run's export gets other bytes than before: old exports are then written anew.
EXPORT_FORMAT = 1

HUGGING_FACE_CLASS = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}


def export(pretraining: Manifest, directory: str | Path) -> Manifest:
    """Write `discriminator/` and `generator/`, each with weights, configuration and tokenizer.

    A run of another objective than ELECTRA's has what `exported_encoders` says.

    The same run gives the same bytes. An export that was interrupted leaves nothing behind, one
    that is up to date is not written again, and an older one is replaced as a whole.

    Args:
        pretraining: a finished run.
        directory: of the export; absent, empty, or that of an earlier export.

    Returns:
        a manifest of kind "export": the files of the splits "discriminator" and "generator", as far
        as the objective has them, and as facts the step, the parameters of each encoder and the
        tokenizer's digest.

    Raises:
        ConfigError: no pre-training run, a vocabulary of another size, or files that are no export
            in `directory`.
        StorageError: the disk is full.
    """
    directory = as_path(directory)
    tokenizer = load_tokenizer(pretraining)
    export_fingerprint = fingerprint(
        EXPORT_KIND,
        EXPORT_FORMAT,
        pretraining.fingerprint,
        pretraining.content_digest,
        tokenizer.digest,
    )
    done = finished(directory, export_fingerprint)
    if done is not None:
        logger.info("the export in %s is up to date", directory)
        return done
    check_replaceable(directory, EXPORT_KIND)
    pretrained = load_trained(pretraining)
    with replace_directory(directory) as temporary:
        encoders = exported_encoders(pretrained.model)
        for encoder in encoders:
            _write_encoder(pretrained, encoder, temporary / encoder)
        Manifest(
            directory=temporary,
            kind=EXPORT_KIND,
            fingerprint=export_fingerprint,
            shards={encoder: describe_folder(temporary, encoder) for encoder in encoders},
            facts={
                "step": pretraining.facts["step"],
                "parameters": {
                    encoder: _parameters(pretrained.model, encoder) for encoder in encoders
                },
                "tokenizer_digest": tokenizer.digest,
            },
        ).save()
    return Manifest.load(directory)


def exported_encoders(model: Electra) -> tuple[EncoderName, ...]:
    """The encoders of a model that Hugging Face has classes for.

    There is none for Electric's generator of two towers, and a uniform generator has no weights.
    """
    has_generator = isinstance(model.generator, Encoder)
    found = {"discriminator": model.discriminator_head is not None, "generator": has_generator}
    return tuple(encoder for encoder in get_args(EncoderName) if found[encoder])


def encoder_weights(model: Electra, encoder: EncoderName) -> dict[str, np.ndarray]:
    """Hugging Face's tensors of one encoder by name, float32.

    The generator's output matrix is not among them: it is the word table, and transformers ties
    the two (`tie_word_embeddings`).
    """
    return named_weights(_variables(model, encoder), encoder)


def named_weights(variables: Mapping[str, keras.Variable], part: Part) -> dict[str, np.ndarray]:
    """Hugging Face's tensors by name, float32, of variables by our paths."""
    return named_tensors({path: variable.numpy() for path, variable in variables.items()}, part)


def named_tensors(values: Mapping[str, np.ndarray], part: Part) -> dict[str, np.ndarray]:
    """Hugging Face's tensors by name, float32, of arrays by our paths."""
    return {
        hugging_face_name(path, part): transpose_kernel(path, value.astype("float32"))
        for path, value in values.items()
    }


def model_config(config: EncoderConfig, hugging_face_class: str, tokenizer: Tokenizer) -> dict:
    """The content of `config.json`."""
    return {
        "architectures": [hugging_face_class],
        "model_type": "electra",
        "vocab_size": config.vocab_size,
        "embedding_size": config.embedding_size,
        "hidden_size": config.hidden_size,
        "num_hidden_layers": config.num_layers,
        "num_attention_heads": config.num_heads,
        "intermediate_size": config.intermediate_size,
        "hidden_act": "gelu",
        "hidden_dropout_prob": config.dropout,
        "attention_probs_dropout_prob": config.attention_dropout,
        "max_position_embeddings": config.max_position_embeddings,
        "type_vocab_size": config.type_vocab_size,
        "initializer_range": config.initializer_range,
        "layer_norm_eps": config.layer_norm_epsilon,
        "pad_token_id": tokenizer.pad_id,
        "tie_word_embeddings": True,
        "dtype": "float32",
    }


def _variables(model: Electra, encoder: EncoderName) -> dict[str, keras.Variable]:
    """An encoder's variables by the paths that they have in an ELECTRA with shared embeddings.

    A tied generator is the discriminator's encoder, and a generator may have embeddings of its own;
    in its folder each has the usual name all the same.
    """
    embeddings, body, head = {
        "discriminator": (model.embeddings, model.discriminator, model.discriminator_head),
        "generator": (model.generator_embeddings, model.generator, model.generator_head),
    }[encoder]
    parts = {"embeddings": embeddings, encoder: body, f"{encoder}_head": head}
    return {
        f"{MODEL}{part}/{variable.path.split('/', 2)[2]}": variable
        for part, layer in parts.items()
        for variable in layer.trainable_variables
    }


def _parameters(model: Electra, encoder: EncoderName) -> int:
    return sum(math.prod(variable.shape) for variable in _variables(model, encoder).values())


def _write_encoder(pretrained: TrainedElectra, encoder: EncoderName, directory: Path) -> None:
    model, tokenizer, _ = pretrained
    config = model.discriminator_config if encoder == "discriminator" else model.generator_config
    settings = model_config(config, HUGGING_FACE_CLASS[encoder], tokenizer)
    write_folder(directory, settings, encoder_weights(model, encoder), tokenizer)


def write_folder(
    directory: pathlib.Path,
    settings: Mapping[str, Any],
    weights: Mapping[str, np.ndarray],
    tokenizer: Tokenizer,
) -> None:
    """Write a folder that transformers loads.

    Args:
        directory: local, absent or empty.
        settings: the content of `config.json`.
        weights: tensors by Hugging Face's names.
    """
    directory.mkdir(exist_ok=True)
    texts = tokenizer_files(tokenizer, settings["max_position_embeddings"])
    texts["config.json"] = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    (directory / "model.safetensors").write_bytes(
        # transformers refuses a file that does not say which framework its layout is for.
        safetensors.numpy.save(dict(weights), metadata={"format": "pt"})
    )


def describe_folder(directory: Path, encoder: EncoderName) -> tuple[Shard, ...]:
    """The files of one encoder in an export."""
    return tuple(
        Shard.describe(path, 1, relative_to=directory)
        for path in sorted((directory / encoder).iterdir())
    )
