"""Files that are whole or absent, on any storage.

A local file is written under a temporary name, then renamed. A remote one is written to a local
temporary file, then uploaded, which an object store does whole or not at all.
"""

import contextlib
import errno
import gzip
import hashlib
import io
import os
import pathlib
import tempfile
import uuid
from collections.abc import Iterator
from typing import IO

import zstandard

from selectra_pipeline.shards.paths import Path, StorageError, as_path, is_remote
from selectra_pipeline.shards.remote import RemoteFile, download, make_folder, upload

READ_BYTES = 1 << 17
FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_PERMITTED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)
ZSTD_WINDOW = 1 << 31  # bytes: what `zstd --long=31` writes


@contextlib.contextmanager
def storage_errors(path: str | Path) -> Iterator[None]:
    """Turn "no space left" and "not permitted" into errors that name the file and the way out."""
    try:
        yield
    except StorageError:
        raise  # an inner block already named the file
    except OSError as error:
        elsewhere = "TMPDIR" if is_remote(path) else "data_root"
        if error.errno in NOT_PERMITTED:
            raise StorageError(
                error.errno,
                f"{error.filename or path} can't be used ({error.strerror}); mend its "
                f"permissions or set {elsewhere} to another folder",
            ) from error
        if error.errno not in FULL:
            raise
        raise StorageError(
            error.errno,
            f"the disk is full while writing {path}; free some space or set {elsewhere} to another "
            "disk, and run the same command again: what is finished is kept",
        ) from error


@contextlib.contextmanager
def replace_file(path: str | Path) -> Iterator[pathlib.Path]:
    """Give a local temporary path; move it into place when the block ends without error."""
    path = as_path(path)
    replace = _replace_remote_file if is_remote(path) else _replace_local_file
    with storage_errors(path), replace(path) as temporary:
        yield temporary


@contextlib.contextmanager
def tensorflow_errors() -> Iterator[None]:
    """Turn TensorFlow's error of a full disk into the OSError it is."""
    import tensorflow as tf  # slow to import: only where it writes

    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise OSError(errno.ENOSPC, error.message) from error


def remove_unfinished(directory: Path) -> None:
    """Remove what processes that were killed inside `replace_file` left in a directory."""
    for path in directory.glob(".*.tmp"):
        path.unlink()


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with replace_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def local_copy(path: str | Path) -> Iterator[pathlib.Path]:
    """Give a file or folder as a local one of the same name, for programs that know no other."""
    path = as_path(path)
    if not is_remote(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, path.name)
        download(path, copy)
        yield copy


def open_binary(path: str | Path) -> IO[bytes]:
    """Open a plain, `.gz` or `.zst` file for reading its uncompressed bytes.

    Reading to the end of a compressed file that was cut off raises `EOFError`.
    """
    path = as_path(path)
    return decompress(open_stored(path), path.name)


def decompress(stored: IO[bytes], name: str) -> IO[bytes]:
    """The uncompressed bytes of an open file, which is `.gz`, `.zst` or plain by its name.

    Closing them closes the file.
    """
    name = name.lower()
    if name.endswith(".gz"):
        return _GzipFile(stored)
    if name.endswith(".zst"):
        return io.BufferedReader(_ZstdFile(stored, name), buffer_size=READ_BYTES)
    return stored


def open_stored(path: str | Path) -> IO[bytes]:
    """Open a file for reading its bytes as they are stored."""
    path = as_path(path)
    if is_remote(path):
        return io.BufferedReader(RemoteFile(path), buffer_size=READ_BYTES)
    return open(path, "rb")


@contextlib.contextmanager
def _replace_local_file(path: pathlib.Path) -> Iterator[pathlib.Path]:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _replace_remote_file(path: Path) -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        temporary = pathlib.Path(folder, path.name)
        make_folder(path.parent)
        yield temporary
        upload(temporary, path)


class _GzipFile(gzip.GzipFile):
    """A gzip file that closes the file below it: `GzipFile` closes only what it opened itself."""

    def __init__(self, stored: IO[bytes]) -> None:
        super().__init__(fileobj=stored, mode="rb")
        self._stored = stored

    def close(self) -> None:
        super().close()
        self._stored.close()


class _ZstdFile(io.RawIOBase):
    """The uncompressed bytes of a file of zstd frames.

    zstandard's own stream reader takes a frame that was cut off for the end of the file: half a
    corpus would pass for a whole one.
    """

    def __init__(self, stored: IO[bytes], name: str) -> None:
        self._name = name
        self._file = stored
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._compressed = b""  # read from the file, not yet decompressed
        self._plain = memoryview(b"")  # decompressed, not yet given out

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._plain:
            compressed = self._compressed or self._file.read(READ_BYTES)
            if not compressed:
                if self._frame is not None:
                    raise EOFError(f"{self._name} was cut off: its last zstd frame does not end")
                return 0
            self._plain = memoryview(self._decompress(compressed))
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _decompress(self, compressed: bytes) -> bytes:
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        plain = self._frame.decompress(compressed)
        self._compressed = b""
        if self._frame.eof:
            self._compressed = self._frame.unused_data
            self._frame = None
        return plain

    def close(self) -> None:
        self._file.close()
        super().close()


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as hex digits."""
    with open_stored(path) as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
