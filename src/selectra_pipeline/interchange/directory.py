"""Directories that are whole or absent: filled under a temporary name, then renamed."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.shards.files import storage_errors
from selectra_pipeline.shards.manifest import MANIFEST_NAME


def check_replaceable(directory: Path, kind: str) -> None:
    """Raise `ConfigError` if the directory holds anything but an output of `kind`."""
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return
    if directory.is_dir() and _kind(directory / MANIFEST_NAME) == kind:
        return
    raise ConfigError(
        f"{directory} holds files that are no {kind}, which would be lost; name another directory "
        "or move them away"
    )


@contextlib.contextmanager
def replace_directory(directory: Path) -> Iterator[Path]:
    """Give an empty directory beside `directory` that takes its place when the block succeeds.

    What a killed process left under the temporary names is removed first.
    """
    temporary = directory.with_name(f".{directory.name}.new")
    retired = directory.with_name(f".{directory.name}.old")
    with storage_errors(directory):
        _remove(temporary, retired)
        temporary.mkdir(parents=True)
        try:
            yield temporary
            if directory.exists():  # a directory can only be renamed onto an empty one
                os.replace(directory, retired)
            os.replace(temporary, directory)
        finally:
            _remove(temporary, retired)


def _kind(manifest: Path) -> str | None:
    """The kind that a manifest names. `Manifest.load` would refuse an output with a lost file."""
    try:
        return json.loads(manifest.read_text(encoding="utf-8"))["kind"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _remove(*directories: Path) -> None:
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
