"""Shards of documents: JSON Lines in zstd, one {"id", "text"} a line."""

import contextlib
import json
from collections.abc import Iterator
from typing import IO

import zstandard

from selectra_pipeline.corpus.document import Document
from selectra_pipeline.shards.files import open_binary, replace_file
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest, ManifestError
from selectra_pipeline.shards.paths import Path, as_path

COMPRESSION_LEVEL = 3
LARGEST_FRAME = 4_000_000
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class DocumentShardWriter:
    """Appends documents to a shard: see `write_document_shard`.

    The shard is a sequence of zstd frames. Its bytes depend on the documents and their order, on
    nothing else.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._buffer = bytearray()

    def add(self, document: Document) -> None:
        """Append a document."""
        line = _ENCODE({"id": document.id, "text": document.text})
        self._buffer += line.encode() + b"\n"
        if len(self._buffer) >= LARGEST_FRAME:
            self._append_frame()

    def flush(self) -> None:
        """Write what waits; an empty frame makes an empty shard readable."""
        if self._buffer or not self._file.tell():
            self._append_frame()

    def _append_frame(self) -> None:
        self._file.write(self._compressor.compress(bytes(self._buffer)))
        self._buffer.clear()


@contextlib.contextmanager
def write_document_shard(path: Path) -> Iterator[DocumentShardWriter]:
    """Give the writer of a shard; the file appears when the block ends without error.

    Raises:
        StorageError: the disk is full.
    """
    with replace_file(path) as temporary, open(temporary, "wb") as file:
        writer = DocumentShardWriter(file)
        yield writer
        writer.flush()


def shard_name(split: str, index: int, count: int) -> str:
    """The file name of shard `index` (from 0) of `count`: `train-00000-of-00008.jsonl.zst`."""
    return f"{split}-{index:05d}-of-{count:05d}.jsonl.zst"


def read_shard(path: str | Path) -> Iterator[Document]:
    """The documents of one shard, in the order in which they were written.

    Raises:
        ManifestError: the file is cut off or its content is not what the ingestion stage writes.
    """
    path, number = as_path(path), 0
    try:
        with open_binary(path) as opened:
            for number, line in enumerate(opened, start=1):  # noqa: B007 - for the message
                record = json.loads(line)
                yield Document(record["id"], record["text"])
    except (OSError, EOFError, zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(
            f"{path} is damaged at or after line {number} ({error!r}); delete "
            f"{path.parent / MANIFEST_NAME} and run the ingestion stage again"
        ) from error


def iterate_documents(manifest: Manifest, split: str) -> Iterator[Document]:
    """The documents of a split ("train", "heldout"), shard after shard."""
    for path in manifest.paths(split):
        yield from read_shard(path)
