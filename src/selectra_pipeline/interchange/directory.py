"""Directories that are whole or absent, on any storage.

A local directory is filled under a temporary name, then renamed. A remote one can't be renamed: it
is filled locally, then uploaded, its manifest last. An upload that was cut short is known by an
object beside the directory, so that it may be written over.
"""

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.shards.files import storage_errors, write_text
from selectra_pipeline.shards.manifest import MANIFEST_NAME, withdraw
from selectra_pipeline.shards.paths import Path, is_remote
from selectra_pipeline.shards.remote import make_folder, remote_errors, upload


def check_replaceable(directory: Path, kind: str) -> None:
    """Raise `ConfigError` if the directory holds anything but an output of `kind`."""
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return
    if directory.is_dir() and kind_of(directory) == kind:
        return
    if is_remote(directory) and _beside(directory, "new").exists():
        return
    raise ConfigError(
        f"{directory} holds files that are no {kind}, which would be lost; name another directory "
        "or move them away"
    )


@contextlib.contextmanager
def replace_directory(directory: Path) -> Iterator[pathlib.Path]:
    """Give an empty local directory that takes the place of `directory` when the block succeeds."""
    replace = _replace_remote if is_remote(directory) else _replace_local
    with storage_errors(directory), replace(directory) as temporary:
        yield temporary


@contextlib.contextmanager
def _replace_local(directory: pathlib.Path) -> Iterator[pathlib.Path]:
    """Fill a directory beside the other; remove first what a killed process left of one."""
    temporary, retired = _beside(directory, "new"), _beside(directory, "old")
    _remove(temporary, retired)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if directory.exists():  # a directory can only be renamed onto an empty one
            os.replace(directory, retired)
        os.replace(temporary, directory)
    finally:
        _remove(temporary, retired)


@contextlib.contextmanager
def _replace_remote(directory: Path) -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        temporary = pathlib.Path(folder)
        yield temporary
        unfinished = _beside(directory, "new")
        write_text(unfinished, f"{directory.name} is being replaced\n")
        withdraw(directory)
        with remote_errors(directory):
            directory.rmtree(missing_ok=True)
            for file in sorted(temporary.rglob("*"), key=lambda path: path.name == MANIFEST_NAME):
                target = directory / file.relative_to(temporary)
                if file.is_file():
                    make_folder(target.parent)
                    upload(file, target)
            unfinished.unlink()


def _beside(directory: Path, role: str) -> Path:
    return directory.with_name(f".{directory.name}.{role}")


def kind_of(directory: Path) -> str | None:
    """The kind that its manifest names. `Manifest.load` would refuse an output with a lost file."""
    try:
        return json.loads((directory / MANIFEST_NAME).read_text(encoding="utf-8"))["kind"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _remove(*directories: pathlib.Path) -> None:
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
