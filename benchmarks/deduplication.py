"""What near-duplicate removal and decontamination cost and find on a text.

    python benchmarks/deduplication.py --texts FOLDER --evaluation FILE FILE ...

Near-duplicates: wall-clock time of each stage in one process, tasks one after the other, and the
pairs that it found. Decontamination: the time to build the index and to search all documents once.
"""

import argparse
import pathlib
import resource
import tempfile
import time
from collections import Counter

from datatrove.pipeline.writers import JsonlWriter

from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.decontamination import Decontaminator, coverage_report
from selectra_pipeline.corpus.document import Document, text_digest
from selectra_pipeline.corpus.document_shards import DocumentShardsWriter
from selectra_pipeline.corpus.near_duplicate_report import (
    near_duplicate_facts,
    near_duplicate_report,
)
from selectra_pipeline.corpus.near_duplicates import kept_documents, near_duplicate_stages
from selectra_pipeline.corpus.normalization import normalize_document
from selectra_pipeline.corpus.sources import read_documents
from selectra_pipeline.execution.stage import Stage


def main() -> None:
    """Read the texts and measure both on them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--texts", required=True)
    parser.add_argument("--evaluation", nargs="*", default=[])
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--examples", type=int, default=10, help="pairs that are printed")
    arguments = parser.parse_args()
    source = SourceConfig(paths=(arguments.texts,))
    documents = [
        Document(raw.id, normalize_document(raw.text)) for raw in read_documents(source, Counter())
    ]
    megabytes = sum(len(document.text.encode()) for document in documents) / 1e6
    print(f"{len(documents):,} documents, {megabytes:.1f} MB")
    if arguments.evaluation:
        measure_decontamination(documents, megabytes, tuple(arguments.evaluation))
    measure_near_duplicates(documents, megabytes, arguments.shards, arguments.examples)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


def measure_decontamination(
    documents: list[Document], megabytes: float, files: tuple[str, ...]
) -> None:
    """Print what the index covers, the rate of the search and all leaks."""
    start = time.perf_counter()
    decontaminator = Decontaminator.build(DecontaminationConfig(files=files))
    print(f"index of evaluation files: {time.perf_counter() - start:.1f} s")
    print(coverage_report(decontaminator.coverage))
    start = time.perf_counter()
    leaks = [decontaminator.find(document.text) for document in documents]
    print(f"search for leaks: {megabytes / (time.perf_counter() - start):.1f} MB/s")
    for document, leak in zip(documents, leaks, strict=True):
        if leak is not None:
            print(f"  {document.id}: {leak}")


def measure_near_duplicates(
    documents: list[Document], megabytes: float, shards: int, examples: int
) -> None:
    """Print the rate of each stage, the size of what they leave, and pairs."""
    config = NearDuplicatesConfig(enabled=True)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        with DocumentShardsWriter(place, {"train": shards}) as writer:
            for document in documents:
                shard = int.from_bytes(text_digest(document.text)[8:], "big") % shards
                writer.add("train", shard, document)
        paths = sorted(place.glob("*.jsonl.zst"))
        stages = near_duplicate_stages(paths, place / "work", config, examples)
        write = JsonlWriter(str(place / "kept"), compression="zstd")
        removal = Stage(
            "near_duplicate_removal", (*kept_documents(paths, place / "work"), write), shards
        )
        for stage in (*stages, removal):
            print(f"{stage.name}: {megabytes / seconds_of(stage):.1f} MB/s")
        intermediate = sum(f.stat().st_size for f in (place / "work").rglob("*") if f.is_file())
        print(f"intermediate files: {intermediate / len(documents):.0f} bytes a document")
        print(near_duplicate_report(near_duplicate_facts(paths, place / "work", config)))


def seconds_of(stage: Stage) -> float:
    """Run all tasks of a stage, as datatrove's executors run one."""
    start = time.perf_counter()
    for rank in range(stage.tasks):
        data = None
        for step in stage.steps:
            data = step(data, rank, stage.tasks)
        for _ in data or ():
            pass
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
