"""Files of dataset repositories on the Hugging Face Hub, at one commit."""

import dataclasses
import glob
import io
import logging
import posixpath
import time
from typing import IO

from huggingface_hub import HfApi, HfFileSystem, constants

from selectra_pipeline.config.hub_address import SCHEME, HubAddress
from selectra_pipeline.corpus.hub_errors import HubError, hub_errors
from selectra_pipeline.corpus.hub_training_split import training_patterns
from selectra_pipeline.corpus.source_error import SourceError

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 23  # of one request; the hub limits requests, not bytes
BLOCKS = 3  # in memory: the one that is read, the next one, and a Parquet file's footer
BUFFER_BYTES = 1 << 17
# The client itself repeats a request for about 25 seconds. A corpus takes days to read, so that an
# outage of minutes must not end it.
WAITS = (10.0, 30.0, 60.0, 120.0, 240.0)


@dataclasses.dataclass(frozen=True)
class HubFile:
    """A file at a commit: its content never changes.

    Attributes:
        repository: "oscar-corpus/OSCAR-2301".
        commit: 40 hex digits.
        path: in the repository.
        bytes: as stored.
        checksum: "sha256:..." of the content, or "git:...", git's own, for small files.
    """

    repository: str
    commit: str
    path: str
    bytes: int
    checksum: str

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    def __str__(self) -> str:
        return f"{SCHEME}{_root(self.repository, self.commit)}/{self.path}"


def commit_of(address: HubAddress) -> str:
    """The commit that the address's revision stands for now.

    Raises:
        HubError: the hub is out of reach, or has no such repository or revision.
    """
    if address.is_pinned:
        return address.revision
    with hub_errors(str(address), address.repository):
        info = HfApi().dataset_info(
            address.repository, revision=address.revision, timeout=constants.HF_HUB_ETAG_TIMEOUT
        )
    return info.sha


def require_read_access(address: HubAddress) -> None:
    """Ask whether the files may be read: a gated repository shows its list to everybody.

    Raises:
        HubError: they may not, or the hub is out of reach.
    """
    with hub_errors(str(address), address.repository):
        HfApi().auth_check(address.repository, repo_type="dataset")


def list_hub_files(address: HubAddress) -> list[HubFile]:
    """The files that an address with a commit names, sorted, of whatever format.

    Raises:
        HubError: the hub is out of reach, or has no such commit.
        SourceError: nothing is there, or it cannot be told what the training split is.
    """
    with hub_errors(str(address), address.repository):
        patterns = [address.pattern] if address.pattern else training_patterns(address)
        files = HfFileSystem()
        root = _root(address.repository, address.revision)
        found = {}
        for pattern in patterns:
            search = files.glob if glob.has_magic(pattern) else files.find
            entries = search(f"{root}/{pattern}", detail=True).items()
            found |= {path: info for path, info in entries if info["type"] == "file"}
        if not found:
            raise SourceError(f"{address} names no file; {_what_lies_beside(files, address)}")
    return [
        HubFile(
            address.repository,
            address.revision,
            path.removeprefix(f"{root}/"),
            info["size"],
            _checksum(info),
        )
        for path, info in sorted(found.items())
    ]


def open_hub_file(file: HubFile) -> IO[bytes]:
    """Open a file for reading its bytes as they are stored, a few megabytes ahead.

    Reading raises `HubError` when the hub refuses or stays out of reach.
    """
    return io.BufferedReader(_HubStream(file), buffer_size=BUFFER_BYTES)


def _root(repository: str, commit: str) -> str:
    return f"datasets/{repository}@{commit}"


def _checksum(info: dict) -> str:
    return f"sha256:{info['lfs']['sha256']}" if info["lfs"] else f"git:{info['blob_id']}"


def _what_lies_beside(files: HfFileSystem, address: HubAddress) -> str:
    """A hint for a pattern that names nothing: what the nearest folder holds."""
    root, folder = _root(address.repository, address.revision), address.pattern
    while glob.has_magic(folder) or (folder and not files.isdir(f"{root}/{folder}")):
        folder = posixpath.dirname(folder)
    place = f"{root}/{folder}".rstrip("/")
    names = sorted(path.removeprefix(f"{place}/") for path in files.ls(place, detail=False))
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"{SCHEME}{place} holds {', '.join(names[:10]) or 'nothing'}{more}"


class _HubStream(io.RawIOBase):
    """The stored bytes of a file on the hub, read through outages of some minutes."""

    def __init__(self, file: HubFile) -> None:
        self._file = file
        self._opened: IO[bytes] | None = None
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.bytes}
        self._position = start[whence] + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:
        content = self._patiently_read(min(len(buffer), self._file.bytes - self._position))
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def close(self) -> None:
        self._drop()
        super().close()

    def _patiently_read(self, size: int) -> bytes:
        for wait in WAITS:
            try:
                return self._read(size)
            except HubError as error:
                if not error.explanation.passing:
                    raise
                reason = error.explanation.reason
                logger.warning("%s: %s; trying again in %.0f s", self._file, reason, wait)
            self._drop()  # a read that failed leaves fsspec's cache unusable
            time.sleep(wait)
        return self._read(size)

    def _read(self, size: int) -> bytes:
        if size <= 0:
            return b""
        with hub_errors(f"{self._file}, byte {self._position}", self._file.repository):
            if self._opened is None:
                self._opened = HfFileSystem().open(
                    str(self._file),
                    block_size=BLOCK_BYTES,
                    cache_type="background",
                    cache_options={"maxblocks": BLOCKS},
                )
            self._opened.seek(self._position)
            content = self._opened.read(size)
            if not content:
                raise OSError("the answer was empty before the end of the file")
        return content

    def _drop(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
