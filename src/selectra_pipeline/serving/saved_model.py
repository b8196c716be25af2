"""A served model as a TensorFlow SavedModel that takes raw texts: the tokenizer is in its graph.

TensorFlow and TensorFlow Text are all that a program needs to load and call it.
"""

import hashlib
import inspect
import logging
import unicodedata
from pathlib import Path as LocalPath

import tensorflow as tf
import tensorflow_text as tf_text

from selectra_pipeline.config.base import ConfigError, fingerprint
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.serving.graph_inputs import Limits
from selectra_pipeline.serving.served_model import ServedModel
from selectra_pipeline.serving.signatures import DEFAULT, signatures
from selectra_pipeline.serving.verification import fitting_samples, verify
from selectra_pipeline.shards.manifest import Manifest, Shard, finished
from selectra_pipeline.shards.paths import Path, as_path

SAVED_MODEL_KIND = "saved_model"
VERSION_FOLDER = "1"  # TensorFlow Serving takes the folder above it for the model

# Raise it when the same model gets another graph than before: what is there is then written anew.
SAVED_MODEL_FORMAT = 1

logger = logging.getLogger(__name__)


def export_saved_model(
    served: ServedModel, config: ServingConfig, directory: str | Path
) -> Manifest:
    """Write the SavedModel to `directory/1`, and check what it answers to a few texts.

    One that is up to date is not written again; an older one is replaced as a whole.

    Args:
        directory: on any storage; absent, empty, or that of an earlier SavedModel.

    Returns:
        a manifest of kind "saved_model", with the split "files"; facts are the model's kind and
        labels, the names of its signatures, its limits, and texts to try it with.

    Raises:
        ConfigError: `max_length` is more than the model can read, or `directory` holds other files.
        ServingError: the SavedModel does not answer what the model does.
        StorageError: the disk is full.
    """
    directory = as_path(directory)
    limits = limits_of(served, config)
    current = fingerprint(
        SAVED_MODEL_KIND,
        SAVED_MODEL_FORMAT,
        [served.kind, served.label_names, served.config.to_dict(), served.tokenizer.digest],
        weights_digest(served),
        limits,
        [tf.__version__, tf_text.__version__, unicodedata.unidata_version],
    )
    done = finished(directory, current)
    if done is not None:
        logger.info("the SavedModel in %s is up to date", directory)
        return done
    check_replaceable(directory, SAVED_MODEL_KIND)
    with replace_directory(directory) as temporary:
        folder = temporary / VERSION_FOLDER
        names = write_saved_model(served, limits, folder)
        verify(folder, served, limits)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        Manifest(
            directory=temporary,
            kind=SAVED_MODEL_KIND,
            fingerprint=current,
            shards={"files": tuple(Shard.describe(p, 1, relative_to=temporary) for p in files)},
            facts={
                "source": served.source,
                "kind": served.kind,
                "label_names": list(served.label_names),
                "signatures": names,
                **limits._asdict(),
                "examples": fitting_samples(served, limits),
            },
        ).save()
    return Manifest.load(directory)


def limits_of(served: ServedModel, config: ServingConfig) -> Limits:
    """How much a model takes at once.

    Raises:
        ConfigError: more than it can read.
    """
    positions = served.config.max_position_embeddings
    length = config.max_length or positions
    if length > positions:
        raise ConfigError(
            f"serving.max_length={length}, but the model in {served.source} reads {positions} word "
            f"pieces at most; set it to {positions} or less, or to null"
        )
    return Limits(length, config.max_batch)


def write_saved_model(served: ServedModel, limits: Limits, folder: LocalPath) -> list[str]:
    """Write a SavedModel with one signature for each function; returns their names.

    Args:
        folder: local, absent or empty.
    """
    concrete = {
        name: tf.function(function, autograph=False).get_concrete_function(
            **{
                argument: tf.TensorSpec([None], tf.string, name=argument)
                for argument in inspect.signature(function).parameters
            }
        )
        for name, function in signatures(served, limits).items()
    }
    default = next(iter(concrete.values()))
    module = tf.Module()
    module.weights = [variable.value for variable in served.model.variables]
    tf.saved_model.save(module, str(folder), signatures={DEFAULT: default, **concrete})
    return [DEFAULT, *concrete]


def weights_digest(served: ServedModel) -> str:
    """SHA-256 of all weights and their names."""
    digest = hashlib.sha256()
    for variable in sorted(served.model.variables, key=lambda variable: variable.path):
        digest.update(f"{variable.path} {tuple(variable.shape)}\n".encode())
        digest.update(variable.numpy().tobytes())
    return digest.hexdigest()
