"""Our export as a checkpoint that google-research/electra reads (TensorFlow 1)."""

import json
import logging
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig, EncoderName
from selectra_pipeline.config.base import ConfigError, fingerprint
from selectra_pipeline.config.import_checkpoint import ImportConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.carried_settings import HYPERPARAMETERS_FILE
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.interchange.encoder_sizes import USUAL_HEAD_SIZE
from selectra_pipeline.interchange.names import original_name
from selectra_pipeline.interchange.original_checkpoint import STEP
from selectra_pipeline.interchange.released import (
    ReleasedCheckpoint,
    ReleasedEncoder,
    read_released,
)
from selectra_pipeline.model.initial_weights import own_encoder
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.manifest import Manifest, Shard, finished
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.importing import HUGGING_FACE_SETTINGS_FILE
from selectra_pipeline.vocabulary.tokenizer import VOCABULARY_FILE, Tokenizer

ORIGINAL_KIND = "original"
ORIGINAL_FORMAT = 1  # raise it when the same model gets other bytes than before
PREFIX = "model.ckpt"
STATE_FILE = "checkpoint"  # names the newest checkpoint of a folder
LAYER_NORM_EPSILON = 1e-12  # the original's, which it has no setting for

logger = logging.getLogger(__name__)


def export_original(
    model: Manifest, vocabulary: VocabularyConfig, directory: str | Path
) -> Manifest:
    """Write the checkpoint, `vocab.txt`, and the hyperparameters that fine-tuning it takes.

    The same export gives the same bytes; one that is up to date is not written again. The generator
    is left out where the original has no place for it.

    Args:
        model: of an export or an import.
        vocabulary: whether a tokenizer without accented entries, or one that strips accents, is
            agreed to.
        directory: absent, empty, or that of an earlier export of this kind; on any storage.

    Returns:
        a manifest of kind "original" with one split, "checkpoint".

    Raises:
        ConfigError: there is no discriminator, or it computes otherwise than the original's; or
            `directory` holds other files.
        StorageError: the disk is full.
    """
    directory = as_path(directory)
    original_fingerprint = fingerprint(ORIGINAL_KIND, ORIGINAL_FORMAT, model.content_digest)
    done = finished(directory, original_fingerprint)
    if done is not None:
        logger.info("the checkpoint in %s is up to date", directory)
        return done
    check_replaceable(directory, ORIGINAL_KIND)
    with local_copy(model.directory) as folder:
        released = read_released(folder, ImportConfig(), vocabulary)
    encoders = _written_encoders(model.directory, released)
    step = model.facts["step"] or 0
    with replace_directory(directory) as temporary:
        _save_checkpoint(temporary, _tensors(encoders, step), step)
        for name, text in _texts(encoders["discriminator"].config, released.tokenizer).items():
            (temporary / name).write_text(text, encoding="utf-8")
        files = sorted(temporary.iterdir())
        Manifest(
            directory=temporary,
            kind=ORIGINAL_KIND,
            fingerprint=original_fingerprint,
            shards={"checkpoint": tuple(Shard.describe(path, 1) for path in files)},
            facts={"step": step, "encoders": list(encoders)},
        ).save()
    return Manifest.load(directory)


def _written_encoders(
    source: Path, released: ReleasedCheckpoint
) -> dict[EncoderName, ReleasedEncoder]:
    """The discriminator, and the generator where the original has names and heads for it."""
    if "discriminator" not in released.encoders:
        raise ConfigError(
            f"{source} holds no discriminator, which is what google-research/electra fine-tunes; "
            "name a run with pretraining.objective.task=electra"
        )
    discriminator = released.encoders["discriminator"]
    epsilon = discriminator.config.layer_norm_epsilon
    if epsilon != LAYER_NORM_EPSILON:
        raise ConfigError(
            f"{source} was trained with layer_norm_epsilon={epsilon}, google-research/electra "
            f"computes with {LAYER_NORM_EPSILON}: it would give other logits"
        )
    generator = released.encoders.get("generator")
    if generator is None:
        return {"discriminator": discriminator}
    if problem := _generator_problem(discriminator, generator):
        logger.warning("the generator of %s is left out: %s", source, problem)
        return {"discriminator": discriminator}
    return {"discriminator": discriminator, "generator": generator}


def _generator_problem(discriminator: ReleasedEncoder, generator: ReleasedEncoder) -> str | None:
    """Why the original can't have this generator; None if it can."""
    shared = [path for path in generator.values if own_encoder(path) is None]
    if not all(np.array_equal(generator.values[p], discriminator.values[p]) for p in shared):
        return "it has embeddings of its own, which share their names with the discriminator's"
    heads = max(1, generator.config.hidden_size // USUAL_HEAD_SIZE)
    if generator.config.num_heads != heads:
        return f"it has {generator.config.num_heads} heads, where its width gives {heads}"
    return None


def _tensors(
    encoders: Mapping[EncoderName, ReleasedEncoder], step: int
) -> dict[str, np.ndarray | np.int64]:
    """All variables by the original's names, which both encoders share for the embeddings."""
    tensors = {
        original_name(path): value
        for encoder in encoders.values()
        for path, value in encoder.values.items()
    }
    return {**dict(sorted(tensors.items())), STEP: np.int64(step)}


def _save_checkpoint(
    directory: pathlib.Path, tensors: Mapping[str, np.ndarray | np.int64], step: int
) -> None:
    """Write as TensorFlow 1's `Saver` does: variables by name, without a graph of objects."""
    name = f"{PREFIX}-{step}"
    tf.raw_ops.SaveV2(
        prefix=str(directory / name),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )
    state = f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "{name}"\n'
    (directory / STATE_FILE).write_text(state, encoding="utf-8")


def _texts(config: EncoderConfig, tokenizer: Tokenizer) -> dict[str, str]:
    """The other files by name."""
    if tokenizer.lowercase and not tokenizer.strip_accents:
        logger.warning(
            "google-research/electra strips accents wherever it lower-cases: its tokenizer will "
            "not give the ids that this model was trained with"
        )
    # Ours alone reads it back; the original is told by its hyperparameters.
    settings = {"do_lower_case": tokenizer.lowercase, "strip_accents": tokenizer.strip_accents}
    return {
        VOCABULARY_FILE: "".join(f"{entry}\n" for entry in tokenizer.vocabulary),
        HUGGING_FACE_SETTINGS_FILE: json.dumps(settings, indent=2) + "\n",
        HYPERPARAMETERS_FILE: json.dumps(_hyperparameters(config, tokenizer), indent=2) + "\n",
    }


def _hyperparameters(config: EncoderConfig, tokenizer: Tokenizer) -> dict[str, Any]:
    """What `run_finetuning.py --hparams` takes (original: configure_finetuning.py)."""
    return {
        "model_size": "small",  # a name that all sizes below override
        "vocab_size": config.vocab_size,
        "embedding_size": config.embedding_size,
        "do_lower_case": tokenizer.lowercase,
        "model_hparam_overrides": {
            "hidden_size": config.hidden_size,
            "num_hidden_layers": config.num_layers,
            "num_attention_heads": config.num_heads,
            "intermediate_size": config.intermediate_size,
            "max_position_embeddings": config.max_position_embeddings,
            "type_vocab_size": config.type_vocab_size,
            "hidden_dropout_prob": config.dropout,
            "attention_probs_dropout_prob": config.attention_dropout,
            "initializer_range": config.initializer_range,
        },
    }
