"""The second step of ingestion: what all shuffle files have for a shard, without duplicates.

Equal texts have equal digests and so fall into the same shard: each shard is deduplicated alone.
"""

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Self

from datatrove.data import Document as PipelineDocument
from datatrove.pipeline.base import DocumentsPipeline, PipelineStep

from selectra_pipeline.corpus.cleaning import Rejection
from selectra_pipeline.corpus.document import Document, text_digest
from selectra_pipeline.corpus.document_shards import write_document_shard
from selectra_pipeline.corpus.preparation import tally_path
from selectra_pipeline.corpus.shuffle import read_shuffle
from selectra_pipeline.corpus.statistics import Tally, TextCounts
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.manifest import Shard
from selectra_pipeline.shards.paths import Path, as_path, file_state


class GatherShard(PipelineStep):
    """Reads the documents of the task's shard from all shuffle files, in their order.

    Memory: about 100 bytes a document of the shard, where duplicates are dropped.

    Args:
        shuffles: all shuffle files.
        deduplicate: whether a text that came before is dropped.
        examples: duplicates that are quoted.
        folder: where the tallies of what was dropped go.
    """

    type = "📖 - READER"
    name = "Gather a shard"

    def __init__(
        self,
        shuffles: Sequence[pathlib.Path],
        deduplicate: bool,
        examples: int,
        folder: pathlib.Path,
    ) -> None:
        super().__init__()
        self._shuffles = shuffles
        self._deduplicate = deduplicate
        self._examples = examples
        self._folder = folder

    def run(
        self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1
    ) -> DocumentsPipeline:
        seen: set[bytes] = set()
        tally = Tally()
        for path in self._shuffles:
            for document in read_shuffle(path, rank):
                if self._deduplicate:
                    digest = text_digest(document.text)
                    if digest in seen:
                        duplicate = Rejection("duplicate", "", document.text)
                        tally.reject(duplicate, document, self._examples)
                        continue
                    seen.add(digest)
                yield PipelineDocument(text=document.text, id=document.id)
        tally.save(tally_path(self._folder, rank))


class WriteShard(PipelineStep):
    """Writes what it is given into the shard of the task's rank.

    Args:
        shards: the files, one a task.
        folder: where a `WrittenShard` goes for each.
    """

    type = "💽 - WRITER"
    name = "Shard of documents"

    def __init__(self, shards: Sequence[Path], folder: pathlib.Path) -> None:
        super().__init__()
        self._shards = [str(path) for path in shards]
        self._folder = folder

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        path, counts = as_path(self._shards[rank]), TextCounts()
        with write_document_shard(path) as writer:
            for document in data:
                writer.add(Document(document.id, document.text))
                counts.add(document.text)
        WrittenShard(Shard.describe(path, counts.documents), counts).save(self._folder, rank)


@dataclasses.dataclass(frozen=True)
class WrittenShard:
    """A finished shard of documents and the size of its text."""

    shard: Shard
    counts: TextCounts

    def save(self, folder: pathlib.Path, rank: int) -> None:
        write_text(folder / f"{rank:05d}.json", json.dumps(dataclasses.asdict(self)))

    @classmethod
    def load(cls, folder: pathlib.Path, rank: int) -> Self:
        content = json.loads((folder / f"{rank:05d}.json").read_text(encoding="utf-8"))
        return cls(Shard(**content["shard"]), TextCounts(**content["counts"]))

    @classmethod
    def is_whole(cls, folder: pathlib.Path, rank: int, path: Path) -> bool:
        """Whether the shard of a task is there as it was written, by its size."""
        try:
            return file_state(path).bytes == cls.load(folder, rank).shard.bytes
        except (OSError, ValueError, KeyError, TypeError):
            return False
