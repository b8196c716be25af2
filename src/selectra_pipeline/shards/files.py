"""Files that are whole or absent: written under a temporary name, then renamed."""

import contextlib
import errno
import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import zstandard


class StorageError(OSError):
    """A file could not be written. The message says how to mend it."""


@contextlib.contextmanager
def storage_errors(path: str | Path) -> Iterator[None]:
    """Turn "no space left" into an error that names the file and the way out."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageError(
            error.errno,
            f"the disk is full while writing {path}; free some space or set data_root to another "
            "disk, and run the same command again: finished stages are kept",
        ) from error


@contextlib.contextmanager
def replace_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place when the block ends without error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with storage_errors(path):
            yield temporary
            with open(temporary, "rb") as written:
                os.fsync(written.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with replace_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def open_binary(path: str | Path) -> IO[bytes]:
    """Open a plain, `.gz` or `.zst` file for reading its uncompressed bytes."""
    suffix = Path(path).suffix
    if suffix == ".gz":
        return gzip.open(path, "rb")
    if suffix == ".zst":
        reader = zstandard.ZstdDecompressor().stream_reader(
            open(path, "rb"),  # noqa: SIM115 - the reader closes it
            read_across_frames=True,
            closefd=True,
        )
        return io.BufferedReader(reader)
    return open(path, "rb")


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as hex digits."""
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
