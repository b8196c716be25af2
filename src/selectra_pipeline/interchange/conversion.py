"""A released checkpoint becomes the model of a run, in the layout of an export."""

import dataclasses
import logging
from pathlib import Path

from selectra_pipeline.config.base import ConfigError, fingerprint
from selectra_pipeline.config.import_checkpoint import IMPORT_KIND, ImportConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.interchange.huggingface import (
    HUGGING_FACE_CLASS,
    describe_folder,
    model_config,
    named_tensors,
    write_folder,
)
from selectra_pipeline.interchange.released import ReleasedCheckpoint, read_released
from selectra_pipeline.model.initial_weights import weights_digest
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.manifest import Manifest, finished
from selectra_pipeline.shards.paths import as_path

# Raise it when a checkpoint's import gets other bytes than before: it is then written anew.
IMPORT_FORMAT = 1

logger = logging.getLogger(__name__)


def import_checkpoint(
    config: ImportConfig, vocabulary: VocabularyConfig, directory: str | Path
) -> Manifest:
    """Write `discriminator/` and `generator/`, as far as the checkpoint has them.

    The same checkpoint gives the same bytes, and our own export gives those of the export. One that
    is up to date is not written again.

    Args:
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.
        directory: absent, empty, or that of an earlier import; on any storage.

    Returns:
        a manifest of kind "import": the files of the encoders that are there, and as facts the
        source, what was ignored in it, its step if it says so, the configuration and the parameters
        of each encoder, and what the tokenizer does.

    Raises:
        ConfigError: no source, no checkpoint there, one that can't be read or is not whole, or
            files that are no import in `directory`.
        VocabularyError: no tokenizer, or one that strips accents.
        StorageError: the disk is full.
    """
    if config.source is None:
        raise ConfigError(
            "import_checkpoint.source names no checkpoint; name its folder: --params "
            "import_checkpoint.source=FOLDER,run=NAME"
        )
    directory = as_path(directory)
    released = _read(config, vocabulary)
    import_fingerprint = fingerprint(IMPORT_KIND, IMPORT_FORMAT, _facts(config.source, released))
    done = finished(directory, import_fingerprint)
    if done is not None:
        logger.info("the import in %s is up to date", directory)
        return done
    check_replaceable(directory, IMPORT_KIND)
    with replace_directory(directory) as temporary:
        for name, (encoder, values) in released.encoders.items():
            settings = model_config(encoder, HUGGING_FACE_CLASS[name], released.tokenizer)
            tensors = named_tensors(values, name)
            write_folder(temporary / name, settings, tensors, released.tokenizer)
        Manifest(
            directory=temporary,
            kind=IMPORT_KIND,
            fingerprint=import_fingerprint,
            shards={name: describe_folder(temporary, name) for name in released.encoders},
            facts=_facts(config.source, released),
        ).save()
    return Manifest.load(directory)


def _read(config: ImportConfig, vocabulary: VocabularyConfig) -> ReleasedCheckpoint:
    """Read the source, wherever it lies. What is beside a file belongs to its checkpoint."""
    source = as_path(config.source)
    folder, name = (source, "") if source.is_dir() else (source.parent, source.name)
    if not folder.is_dir():
        raise ConfigError(f"there is no {source}; name another in import_checkpoint.source")
    with local_copy(folder) as local:
        return read_released(local / name, config, vocabulary)


def _facts(source: str, released: ReleasedCheckpoint) -> dict:
    tokenizer, encoders = released.tokenizer, released.encoders
    return {
        "source": source,
        "format": released.kind,
        "step": released.step,
        "ignored": list(released.ignored),
        "parameters": {
            name: sum(value.size for value in encoder.values.values())
            for name, encoder in encoders.items()
        },
        "weights": {name: weights_digest(encoder.values) for name, encoder in encoders.items()},
        "encoders": {
            name: dataclasses.asdict(encoder.config) for name, encoder in encoders.items()
        },
        "tokenizer": {
            "entries": tokenizer.size,
            "lowercase": tokenizer.lowercase,
            "strip_accents": tokenizer.strip_accents,
        },
        "tokenizer_digest": tokenizer.digest,
    }
