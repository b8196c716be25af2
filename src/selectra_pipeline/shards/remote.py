"""Files on an object store: read as streams, written whole.

An object appears whole when its upload ends; nothing can be appended to it, and renaming is a copy.
So what is written is written to a local file first and uploaded under its final name.
"""

import contextlib
import io
import os
import pathlib
from collections.abc import Iterator

from selectra_pipeline.shards.paths import Path, StorageError, as_path, is_remote


@contextlib.contextmanager
def remote_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn TensorFlow's errors about a remote path into ones that say how to mend them.

    Raises:
        StorageError: the storage does not answer, refuses, or has no such file.
    """
    if not is_remote(path):
        yield
        return
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        reason = " ".join(error.message.split()) or type(error).__name__
        raise StorageError(
            f"{path} cannot be read or written ({reason}); check that it exists and that your "
            "credentials allow it (docs/storage.md)"
        ) from error


def require_access(path: str | os.PathLike[str]) -> None:
    """Ask a remote storage for a path, which need not be there yet.

    Raises:
        StorageError: the storage is unknown, does not answer, refuses, or has no such bucket.
    """
    path = as_path(path)
    if not is_remote(path):
        return
    *_, bucket = (place for place in (path, *path.parents) if not _is_scheme(place))
    with remote_errors(path):
        found = path.exists() or bucket.is_dir()
    if not found:
        raise StorageError(f"{bucket} does not exist; create the bucket or correct data_root")


def _is_scheme(path: Path) -> bool:
    return not is_remote(path) or str(path).endswith("://")


class RemoteFile(io.RawIOBase):
    """The bytes of a remote file, to be wrapped in an `io.BufferedReader`."""

    def __init__(self, path: Path) -> None:
        import tensorflow as tf

        self._path = path
        self._file = tf.io.gfile.GFile(str(path), "rb")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        with remote_errors(self._path):
            content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with remote_errors(self._path):
            self._file.seek(offset, whence)
            return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def make_folder(path: Path) -> None:
    """Make a remote folder if it is not there: object stores need none, but this is soon refused.

    Raises:
        StorageError: the storage does not answer, has no such bucket, or refuses.
    """
    with remote_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def upload(local: pathlib.Path, path: Path) -> None:
    """Copy a local file into a remote folder, where it replaces what is there.

    Raises:
        StorageError: the storage does not answer, or refuses.
    """
    import tensorflow as tf

    with remote_errors(path):
        tf.io.gfile.copy(str(local), str(path), overwrite=True)


def download(path: Path, local: pathlib.Path) -> None:
    """Copy a remote file, or a folder with all that lies below it, to a local path."""
    import tensorflow as tf

    with remote_errors(path):
        if not path.is_dir():
            tf.io.gfile.copy(str(path), str(local), overwrite=True)
            return
        for folder, _, names in path.walk():
            target = local / folder.relative_to(path)
            target.mkdir(parents=True, exist_ok=True)
            for name in names:
                tf.io.gfile.copy(str(folder / name), str(target / name), overwrite=True)
