"""Paths on any storage: the only place that knows how they are made.

A path without a scheme is local, a `pathlib.Path`. One with a scheme ("gs://bucket/folder") is an
`epath.Path`, which has the same methods and works through TensorFlow's file systems, as records and
checkpoints do; TensorFlow is imported for such paths only.
"""

import functools
import os
import pathlib
import re
from typing import NamedTuple

from etils import epath

from selectra_pipeline.config.base import UserError

Path = pathlib.Path | epath.Path

COLLAPSED = re.compile(r"\w{2,}:/(?!/)")  # what `pathlib.Path` makes of "gs://bucket"


class StorageError(UserError, OSError):
    """A file could not be read or written. The message says how to mend it."""


class FileState(NamedTuple):
    """Size of a file in bytes, and the time of its last change in nanoseconds."""

    bytes: int
    modified_ns: int


def as_path(path: str | os.PathLike[str]) -> Path:
    """The path that a text from the configuration means.

    Raises:
        StorageError: its scheme is that of no known storage.
    """
    text = os.fspath(path)
    if COLLAPSED.match(text):
        raise StorageError(f"{text}: a scheme ends with two slashes; write {_two_slashes(text)}")
    scheme, separator, _ = text.partition("://")
    if not separator:
        return pathlib.Path(text)
    _require_storage(scheme)
    return epath.Path(text)


def is_remote(path: str | os.PathLike[str]) -> bool:
    """Whether a path has a scheme: no local program can open it."""
    return "://" in os.fspath(path)


def resolve(path: str | os.PathLike[str]) -> Path:
    """The same for every way to write one place; remote paths know no links and no `..`."""
    path = as_path(path)
    return path if is_remote(path) else path.resolve()


def file_state(path: Path) -> FileState:
    """What tells one state of a file from another, without reading it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    state = path.stat()
    if is_remote(path):
        return FileState(state.length, state.mtime * 1_000_000_000)
    return FileState(state.st_size, state.st_mtime_ns)


def _two_slashes(text: str) -> str:
    return text.replace(":/", "://", 1)


@functools.cache
def _require_storage(scheme: str) -> None:
    import tensorflow as tf  # slow to import: only when something is stored elsewhere

    try:
        epath.Path(f"{scheme}://")
    except KeyError:
        known = False
    else:
        known = scheme in tf.io.gfile.get_registered_schemes()
    if not known:
        raise StorageError(
            f"{scheme}:// is no storage that TensorFlow knows; set data_root and corpus to local "
            "paths (without a scheme) or to gs://BUCKET/FOLDER"
        )
