"""The first step of ingestion: source files to a shuffle file of clean documents."""

import logging
import pathlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from datatrove.pipeline.base import DocumentsPipeline, PipelineStep

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.cleaning import Edits, Rejection, clean
from selectra_pipeline.corpus.decontamination import Decontaminator
from selectra_pipeline.corpus.document import Document, text_digest
from selectra_pipeline.corpus.normalization import normalize_document, normalize_line
from selectra_pipeline.corpus.shuffle import write_shuffle
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.sources import open_corpus
from selectra_pipeline.corpus.splits import TRAIN, shard_of, split_of
from selectra_pipeline.corpus.statistics import Tally

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 10.0
CONTAMINATED = "contaminated"


class PrepareDocuments(PipelineStep):
    """Reads a group of source files, normalises, cleans and decontaminates; shuffles what is kept.

    Args:
        config: of ingestion.
        groups: the files of each task; none stand for the embedded corpus.
        decontaminator: finds text of evaluation files; None: nothing is looked for.
        folder: where task 3 leaves `00003.parquet`, its shuffle file, whose last shard is the
            held-out one; and `00003.json`, its tally.
    """

    type = "📖 - READER"
    name = "Read, clean and shuffle"

    def __init__(
        self,
        config: IngestionConfig,
        groups: Sequence[Sequence[SourceFile]],
        decontaminator: Decontaminator | None,
        folder: pathlib.Path,
    ) -> None:
        super().__init__()
        self._config = config
        self._groups = groups
        self._decontaminator = decontaminator
        self._folder = folder

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        tally = Tally(edits=Edits(self._config.examples_per_reason))
        shards = self._config.shards + 1
        with write_shuffle(shuffle_path(self._folder, rank), shards) as shuffle:
            for document in self._kept(rank, tally):
                shuffle.add(self._shard(document), document)
        tally.save(tally_path(self._folder, rank))

    def _kept(self, rank: int, tally: Tally) -> Iterator[Document]:
        examples = self._config.examples_per_reason
        raw_documents = open_corpus(self._config, self._groups[rank], tally.skipped)
        for raw in _with_progress(raw_documents, tally):
            normalized = replace(raw, id=normalize_line(raw.id), text=normalize_document(raw.text))
            cleaned = clean(normalized, self._config.cleaning, tally.edits)
            if isinstance(cleaned, Document):
                leak = self._leak(cleaned) or self._masked_leak(normalized, cleaned)
                if leak is None:
                    yield cleaned
                    continue
                if self._config.decontamination.action == "report":
                    tally.note(leak, cleaned, examples)
                    yield cleaned
                    continue
                cleaned = leak
            tally.reject(cleaned, normalized, examples)

    def _leak(self, document: Document) -> Rejection | None:
        leak = self._decontaminator and self._decontaminator.find(document.text)
        if not leak:
            return None
        return Rejection(CONTAMINATED, f"{leak.file}, line {leak.line}", leak.words)

    def _masked_leak(self, normalized: Document, cleaned: Document) -> Rejection | None:
        """A leak that can't be found where personal data was masked in it."""
        may_be_masked = self._config.cleaning.personal_data.enabled
        changed = may_be_masked and cleaned.text != normalized.text
        return self._leak(normalized) if changed else None

    def _shard(self, document: Document) -> int:
        digest = text_digest(document.text)
        if split_of(digest, self._config.heldout_fraction) == TRAIN:
            return shard_of(digest, self._config.shards)
        return self._config.shards


def shuffle_path(folder: pathlib.Path, rank: int) -> pathlib.Path:
    """Where a task of `PrepareDocuments` leaves its documents."""
    return folder / f"{rank:05d}.parquet"


def tally_path(folder: pathlib.Path, rank: int) -> pathlib.Path:
    """Where a task leaves its tally."""
    return folder / f"{rank:05d}.json"


def _with_progress(documents: Iterator[Document], tally: Tally) -> Iterator[Document]:
    """Pass documents on; count them and log the rate every few seconds."""
    start = reported = time.monotonic()
    for document in documents:
        tally.read += 1
        tally.read_characters += len(document.text)
        now = time.monotonic()
        if now - reported >= SECONDS_BETWEEN_REPORTS:
            reported, seconds = now, now - start
            logger.info(
                "ingestion: %d documents read, %.0f documents/s, %.1f million characters/s",
                tally.read,
                tally.read / seconds,
                tally.read_characters / seconds / 1e6,
            )
        yield document
