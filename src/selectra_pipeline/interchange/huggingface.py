"""Export for Hugging Face: a folder each for discriminator and generator, as transformers loads it.

Neither transformers nor PyTorch is needed to write them.
"""

import dataclasses
import json
import logging
import math
from typing import get_args

import numpy as np
import safetensors.numpy

from selectra_pipeline.config.architecture import EncoderConfig, EncoderName
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.interchange.fast_tokenizer import tokenizer_files
from selectra_pipeline.interchange.names import (
    belongs_to,
    hugging_face_name,
    transpose_kernel,
)
from selectra_pipeline.model.electra import Electra
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

ENCODERS: tuple[EncoderName, ...] = get_args(EncoderName)
HUGGING_FACE_CLASS = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}


def export(pretraining: Manifest, directory: str | Path) -> Manifest:
    """Write `discriminator/` and `generator/`, each with weights, configuration and tokenizer.

    The same run gives the same bytes. An export that was interrupted leaves nothing behind, one
    that is up to date is not written again, and an older one is replaced as a whole.

    Args:
        pretraining: a finished run.
        directory: of the export; absent, empty, or that of an earlier export.

    Returns:
        a manifest of kind "export": the files of the splits "discriminator" and "generator", and
        as facts the step, the parameters of each encoder and the tokenizer's digest.

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
        for encoder in ENCODERS:
            _write_encoder(pretrained, encoder, temporary / encoder)
        Manifest(
            directory=temporary,
            kind=EXPORT_KIND,
            fingerprint=export_fingerprint,
            shards={encoder: _describe(temporary, encoder) for encoder in ENCODERS},
            facts={
                "step": pretraining.facts["step"],
                "parameters": {
                    encoder: _parameters(pretrained.model, encoder) for encoder in ENCODERS
                },
                "tokenizer_digest": tokenizer.digest,
            },
        ).save()
    return Manifest.load(directory)


def encoder_weights(model: Electra, encoder: EncoderName) -> dict[str, np.ndarray]:
    """Hugging Face's tensors of one encoder by name, float32.

    The generator's output matrix is not among them: it is the word table, and transformers ties
    the two (`tie_word_embeddings`).
    """
    return {
        hugging_face_name(variable.path, encoder): transpose_kernel(
            variable.path, variable.numpy().astype(np.float32)
        )
        for variable in model.trainable_variables
        if belongs_to(variable.path, encoder)
    }


def model_config(config: EncoderConfig, encoder: EncoderName, tokenizer: Tokenizer) -> dict:
    """The content of `config.json`."""
    return {
        "architectures": [HUGGING_FACE_CLASS[encoder]],
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


def _parameters(model: Electra, encoder: EncoderName) -> int:
    own = (v for v in model.trainable_variables if belongs_to(v.path, encoder))
    return sum(math.prod(variable.shape) for variable in own)


def _write_encoder(pretrained: TrainedElectra, encoder: EncoderName, directory: Path) -> None:
    model, tokenizer, _ = pretrained
    config = model.discriminator_config if encoder == "discriminator" else model.generator_config
    directory.mkdir()
    texts = tokenizer_files(tokenizer, config.max_position_embeddings)
    texts["config.json"] = json.dumps(model_config(config, encoder, tokenizer), indent=2) + "\n"
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    (directory / "model.safetensors").write_bytes(
        # transformers refuses a file that does not say which framework its layout is for.
        safetensors.numpy.save(encoder_weights(model, encoder), metadata={"format": "pt"})
    )


def _describe(directory: Path, encoder: EncoderName) -> tuple[Shard, ...]:
    return tuple(
        dataclasses.replace(Shard.describe(path, 1), name=f"{encoder}/{path.name}")
        for path in sorted((directory / encoder).iterdir())
    )
