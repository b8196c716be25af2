"""The ingestion stage: from raw sources to shards of clean, distinct documents in two splits."""

import logging
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from selectra_pipeline import __version__
from selectra_pipeline.config.base import UserError, fingerprint
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.cleaning import Edits, Rejection, clean
from selectra_pipeline.corpus.cleaning_report import cleaning_report
from selectra_pipeline.corpus.document import Document, text_digest
from selectra_pipeline.corpus.document_shards import DocumentShardsWriter
from selectra_pipeline.corpus.normalization import normalize_document, normalize_line
from selectra_pipeline.corpus.source_files import SourceFile, describe_files, find_source_files
from selectra_pipeline.corpus.source_report import source_table
from selectra_pipeline.corpus.sources import open_corpus
from selectra_pipeline.corpus.statistics import Tally
from selectra_pipeline.shards.manifest import Manifest, finished, withdraw
from selectra_pipeline.shards.paths import Path, as_path

logger = logging.getLogger(__name__)

TRAIN, HELDOUT = "train", "heldout"
RULES_VERSION = 1  # raise it when the same corpus and configuration give other shards
SECONDS_BETWEEN_REPORTS = 10.0


class CorpusError(UserError, ValueError):
    """A corpus that nothing can be trained on. The message says how to mend it."""


def ingest(config: IngestionConfig, directory: str | Path) -> Manifest:
    """Read, normalise, filter, deduplicate and split the corpus into shards of documents.

    Returns at once if `directory` holds the result of the same configuration, rules and input
    (names, sizes and checksums of the files). Otherwise it starts afresh: without its manifest,
    written last, a directory counts for nothing. Memory grows by about 100 bytes a kept document,
    for deduplication.

    Raises:
        SourceError: the text cannot be read.
        CorpusError: no document is left for a split.
        StorageError: the disk is full.
    """
    directory = as_path(directory)
    files = _find_files(config, directory)
    inputs = _describe_inputs(config, files)
    # Which characters are assigned depends on Python's Unicode tables.
    mark = fingerprint(RULES_VERSION, unicodedata.unidata_version, config.rules(), inputs)
    if manifest := finished(directory, mark):
        logger.info("ingestion is up to date: %s", directory)
        return manifest
    _clear(directory)
    tally = Tally(edits=Edits(config.examples_per_reason))
    with DocumentShardsWriter(directory, {TRAIN: config.shards, HELDOUT: 1}) as writer:
        for document, digest in _selected(config, files, tally):
            split = split_of(digest, config.heldout_fraction)
            writer.add(split, shard_of(digest, config.shards) if split == TRAIN else 0, document)
            tally.keep(split, document)
        _require_text(tally, config)
    facts = {**tally.facts(), "sources": inputs}
    manifest = Manifest(directory, "documents", mark, writer.describe(), facts)
    manifest.save()
    logger.info("ingestion kept %d of %d documents", sum(_kept(tally).values()), tally.read)
    return manifest


def split_of(digest: bytes, heldout_fraction: float) -> str:
    """The split of a text by its digest, read as a fraction: held out below `heldout_fraction`.

    So a text stays on its side when the corpus grows, and the held-out texts of a small fraction
    are among those of a larger one.
    """
    fraction = int.from_bytes(digest[:8], "big") / 2**64
    return HELDOUT if fraction < heldout_fraction else TRAIN


def shard_of(digest: bytes, shards: int) -> int:
    """The training shard of a text: by the half of its digest that `split_of` does not use."""
    return int.from_bytes(digest[8:], "big") % shards


def _find_files(config: IngestionConfig, directory: Path) -> list[SourceFile]:
    return [] if config.source.is_embedded else find_source_files(config.source.paths, directory)


def _describe_inputs(
    config: IngestionConfig, files: list[SourceFile]
) -> list[dict[str, str | int]]:
    if config.source.is_embedded:
        return [{"name": "embedded", "version": __version__}]
    return describe_files(files)


def _clear(directory: Path) -> None:
    """Remove what an earlier or interrupted run left, the manifest first."""
    withdraw(directory)
    for split in (TRAIN, HELDOUT):
        for pattern in (f"{split}-*.jsonl.zst", f".{split}-*.jsonl.zst.*.tmp"):
            for path in directory.glob(pattern):
                path.unlink()


def _selected(
    config: IngestionConfig, files: list[SourceFile], tally: Tally
) -> Iterator[tuple[Document, bytes]]:
    """The documents that are kept, normalised, with the digest of their text."""
    seen: set[bytes] = set()
    for raw in _with_progress(open_corpus(config, files, tally.skipped), tally):
        normalized = replace(raw, id=normalize_line(raw.id), text=normalize_document(raw.text))
        cleaned = clean(normalized, config.cleaning, tally.edits)
        if isinstance(cleaned, Document):
            digest = text_digest(cleaned.text)
            if not config.cleaning.deduplicate or digest not in seen:
                seen.add(digest)
                yield cleaned, digest
                continue
            cleaned = Rejection("duplicate", "", cleaned.text)
        tally.reject(cleaned, normalized, config.examples_per_reason)


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


def _require_text(tally: Tally, config: IngestionConfig) -> None:
    kept = _kept(tally)
    if not any(kept.values()):
        reasons = {**tally.rejected, **tally.skipped}
        listed = ", ".join(f"{reason} {count}" for reason, count in reasons.items()) or "none"
        raise CorpusError(
            f"no document was kept of {tally.read} read (dropped: {listed}); check source.paths "
            "and source.text_unit, or relax the thresholds under cleaning"
        )
    for split, remedy in ((HELDOUT, "raise"), (TRAIN, "lower")):
        if not kept[split]:
            raise CorpusError(
                f"all {sum(kept.values())} documents fell to one split and {split} is empty; add "
                f"text or {remedy} heldout_fraction={config.heldout_fraction}"
            )
    if tally.accented_share == 0:
        logger.warning(
            "the corpus holds not one accented letter: if it is Spanish, they were stripped "
            "before; use a source that kept them"
        )


def _kept(tally: Tally) -> dict[str, int]:
    return {
        split: tally.kept[split].documents if split in tally.kept else 0
        for split in (TRAIN, HELDOUT)
    }


def ingestion_report(manifest: Manifest) -> str:
    """What was read, kept and dropped, as Markdown, with examples of what was dropped."""
    facts = manifest.facts
    lines = ["# Ingestion", "", "| split | documents | words | characters | bytes |"]
    lines.append("|---|---:|---:|---:|---:|")
    for split, counts in sorted(facts["kept"].items(), reverse=True):
        sizes = [counts[unit] for unit in ("documents", "words", "characters", "bytes")]
        lines.append(f"| {split} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    accented = f"{facts['accented_share']:.2%} of the characters kept are accented letters."
    lines += ["", accented, "", f"Documents read: {facts['documents_read']:,}.", ""]
    lines += [*source_table(facts["sources"]), ""]
    lines += cleaning_report(facts)
    return "\n".join(lines) + "\n"


def ingestion_metrics(manifest: Manifest) -> dict[str, float]:
    """The counts of the report under metric names: "ingestion/rejected/duplicate"."""
    facts = manifest.facts
    metrics = {
        f"ingestion/{split}/{unit}": count
        for split, counts in facts["kept"].items()
        for unit, count in counts.items()
    }
    for group in ("rejected", "skipped"):
        metrics |= {f"ingestion/{group}/{reason}": n for reason, n in facts[group].items()}
    metrics |= {f"ingestion/edits/{kind}": n for kind, n in facts["edits"]["counts"].items()}
    return {
        **metrics,
        "ingestion/documents_read": facts["documents_read"],
        "ingestion/accented_share": facts["accented_share"],
    }
