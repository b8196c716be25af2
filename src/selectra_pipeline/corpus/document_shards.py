"""Shards of documents: JSON Lines in zstd, one {"id", "text"} a line."""

import contextlib
import json
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import zstandard

from selectra_pipeline.corpus.document import Document
from selectra_pipeline.shards.files import open_binary, replace_file, storage_errors
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest, ManifestError, Shard
from selectra_pipeline.shards.paths import Path, as_path

COMPRESSION_LEVEL = 3
BUFFERED_BYTES = 128_000_000  # of all shards together
LARGEST_FRAME = 4_000_000
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class DocumentShardsWriter:
    """Writes documents to many shards at once; used in a `with` block.

    The files appear when the block ends without error, all or none of them whole. A shard is a
    sequence of zstd frames: documents wait in a buffer and are appended a frame at a time, so that
    thousands of shards need neither as many open files nor as many compressors. The bytes depend
    on the documents, their order and the number of shards, on nothing else.

    Args:
        directory: where the shards go.
        splits: number of shards of each split: {"train": 8, "heldout": 1}.
    """

    def __init__(self, directory: Path, splits: dict[str, int]) -> None:
        self._shards = {
            (split, index): _OpenShard(directory / shard_name(split, index, count))
            for split, count in splits.items()
            for index in range(count)
        }
        self._frame_bytes = min(LARGEST_FRAME, BUFFERED_BYTES // len(self._shards))
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._files = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as files:
            for shard in self._shards.values():
                shard.temporary = files.enter_context(replace_file(shard.path))
            self._files = files.pop_all()
        return self

    def add(self, split: str, index: int, document: Document) -> None:
        """Append a document to a shard of a split."""
        line = _ENCODE({"id": document.id, "text": document.text})
        shard = self._shards[split, index]
        shard.buffer += line.encode() + b"\n"
        shard.count += 1
        if len(shard.buffer) >= self._frame_bytes:
            shard.append_frame(self._compressor)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._files.__exit__(kind, error, traceback)
            return
        with self._files:
            for shard in self._shards.values():
                if shard.buffer or not shard.count:  # an empty frame makes an empty shard readable
                    shard.append_frame(self._compressor)

    def describe(self) -> dict[str, tuple[Shard, ...]]:
        """The finished shards of each split, for the manifest."""
        described: dict[str, tuple[Shard, ...]] = {}
        for (split, _), shard in self._shards.items():
            described[split] = (
                *described.get(split, ()),
                Shard.describe(shard.path, shard.count),
            )
        return described


class _OpenShard:
    """A shard that is being written: documents in its buffer, the rest in its temporary file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path
        self.buffer = bytearray()
        self.count = 0

    def append_frame(self, compressor: zstandard.ZstdCompressor) -> None:
        with storage_errors(self.path), open(self.temporary, "ab") as file:
            file.write(compressor.compress(bytes(self.buffer)))
        self.buffer.clear()


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
