"""What near-duplicate removal and decontamination cost and find on a text.

    python benchmarks/deduplication.py --texts FOLDER --evaluation FILE FILE ...

Near-duplicates: wall-clock time of each stage in one process, tasks one after the other, and the
pairs that it found; how fast n-grams are hashed, beside datatrove's way. Decontamination: the time
to build the index and to search all documents once. `--clustered N` measures instead, without any
text, the stage that cannot be divided, on N documents in groups of four that agree in half of the
buckets.
"""

import argparse
import contextlib
import pathlib
import resource
import tempfile
import time
from collections import Counter

import numpy as np
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig, create_hash_func
from datatrove.utils.text import ngrams, simplify_text

from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.decontamination import Decontaminator, coverage_report
from selectra_pipeline.corpus.document import Document, text_digest
from selectra_pipeline.corpus.document_shards import shard_name, write_document_shard
from selectra_pipeline.corpus.near_duplicate_clusters import NearDuplicatesFolder
from selectra_pipeline.corpus.near_duplicate_report import (
    near_duplicate_facts,
    near_duplicate_report,
)
from selectra_pipeline.corpus.near_duplicates import (
    fold_number,
    kept_documents,
    near_duplicate_stages,
    shingles,
)
from selectra_pipeline.corpus.normalization import normalize_document
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file
from selectra_pipeline.corpus.splits import shard_of
from selectra_pipeline.corpus.word_ngrams import WORD, WordHasher
from selectra_pipeline.execution.stage import Stage


def main() -> None:
    """Read the texts and measure both on them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--texts")
    parser.add_argument("--evaluation", nargs="*", default=[])
    parser.add_argument("--run-words", type=int, default=13)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--examples", type=int, default=10, help="pairs that are printed")
    parser.add_argument("--clustered", type=int, help="documents that have a near-duplicate")
    arguments = parser.parse_args()
    if arguments.clustered:
        measure_clusters(arguments.clustered)
        return
    documents = [
        Document(raw.id, normalize_document(raw.text))
        for file in find_source_files((arguments.texts,))
        for raw in read_file(file, SourceConfig(), Counter())
    ]
    megabytes = sum(len(document.text.encode()) for document in documents) / 1e6
    print(f"{len(documents):,} documents, {megabytes:.1f} MB")
    if arguments.evaluation:
        config = DecontaminationConfig(
            files=tuple(arguments.evaluation),
            run_words=arguments.run_words,
            min_sentence_words=min(8, arguments.run_words),
        )
        measure_decontamination(documents, megabytes, config)
    measure_ngrams(documents)
    measure_near_duplicates(documents, megabytes, arguments.shards, arguments.examples)


def measure_decontamination(
    documents: list[Document], megabytes: float, config: DecontaminationConfig
) -> None:
    """Print what the index covers, the rate of the search and all leaks."""
    start = time.perf_counter()
    decontaminator = Decontaminator.build(config)
    print(f"index of evaluation files: {time.perf_counter() - start:.1f} s")
    print(coverage_report(decontaminator.coverage))
    start = time.perf_counter()
    leaks = [decontaminator.find(document.text) for document in documents]
    print(f"search for leaks: {megabytes / (time.perf_counter() - start):.1f} MB/s")
    print(f"leaks: {sum(leak is not None for leak in leaks)}")
    for document, leak in zip(documents, leaks, strict=True):
        if leak is not None:
            print(f"  {document.id}: {leak}")


def measure_ngrams(documents: list[Document]) -> None:
    """Print the rates of hashing 5-grams here and with datatrove's functions."""
    sample = [document.text for document in documents[:: len(documents) // 1_000 or 1]]
    megabytes = sum(len(text.encode()) for text in sample) / 1e6
    hasher, hash_text = WordHasher(fold_number), create_hash_func(HashConfig(hash_fc="sha1"))
    ways = {
        "word_ngrams": lambda text: shingles(hasher, text, 5),
        "datatrove, split by a regular expression": lambda text: [
            hash_text(" ".join(words)) for words in ngrams(WORD.findall(simplify_text(text)), 5)
        ],
    }
    for name, hash_ngrams in ways.items():
        start = time.perf_counter()
        for text in sample:
            hash_ngrams(text)
        print(f"n-grams, {name}: {megabytes / (time.perf_counter() - start):.1f} MB/s")


def measure_near_duplicates(
    documents: list[Document], megabytes: float, shards: int, examples: int
) -> None:
    """Print the rate of each stage, the size of what they leave, and pairs."""
    config = NearDuplicatesConfig(enabled=True)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        paths = [place / shard_name("train", index, shards) for index in range(shards)]
        with contextlib.ExitStack() as files:
            writers = [files.enter_context(write_document_shard(path)) for path in paths]
            for document in documents:
                writers[shard_of(text_digest(document.text), shards)].add(document)
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


def measure_clusters(documents: int, shards: int = 8) -> None:
    """Print time and memory of finding groups among pairs that are made up."""
    config = NearDuplicatesConfig(enabled=True)
    number = np.arange(documents, dtype="<u4")
    place = np.stack([number % shards, number // shards], axis=1)  # shard, document in it
    pairs = np.concatenate([place[:-1], place[1:]], axis=1)[number[:-1] % 4 != 3]
    with tempfile.TemporaryDirectory() as folder:
        places = NearDuplicatesFolder(pathlib.Path(folder))
        places.pairs.mkdir()
        places.sizes.mkdir()
        for bucket in range(config.buckets):
            agreeing = pairs if bucket % 2 else pairs[:0]
            agreeing.tofile(places.pairs / f"{bucket:05d}_00.dups")
        for shard in range(shards):
            sizes = np.full(documents // shards + 1, 4_000, "<u4")
            sizes.tofile(places.sizes / places.sizes_name(shard))
        paths = [pathlib.Path(f"{shard}") for shard in range(shards)]
        stage = near_duplicate_stages(paths, places.path, config, examples=0)[-1]
        before = peak_memory()
        seconds = seconds_of(stage)
    print(f"{stage.name}: {seconds:.1f} s, {(peak_memory() - before) / 1e6:.0f} MB")


def peak_memory() -> int:
    """The largest number of bytes that this process held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
