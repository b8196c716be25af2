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

from selectra_pipeline.config.base import UserError

READ_BYTES = 1 << 17


class StorageError(UserError, OSError):
    """A file could not be written. The message says how to mend it."""


@contextlib.contextmanager
def storage_errors(path: str | Path) -> Iterator[None]:
    """Turn "no space left" into an error that names the file and the way out."""
    try:
        yield
    except StorageError:
        raise  # an inner block already named the file
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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
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
    """Open a plain, `.gz` or `.zst` file for reading its uncompressed bytes.

    Reading to the end of a compressed file that was cut off raises `EOFError`.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".gz":
        return gzip.open(path, "rb")
    if suffix == ".zst":
        return io.BufferedReader(_ZstdFile(path), buffer_size=READ_BYTES)
    return open(path, "rb")


class _ZstdFile(io.RawIOBase):
    """The uncompressed bytes of a file of zstd frames.

    zstandard's own stream reader takes a frame that was cut off for the end of the file: half a
    corpus would pass for a whole one.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._file = open(path, "rb")  # noqa: SIM115 - `close` closes it
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
                    raise EOFError(f"{self._path} was cut off: its last zstd frame does not end")
                return 0
            self._plain = memoryview(self._decompress(compressed))
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _decompress(self, compressed: bytes) -> bytes:
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
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
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
