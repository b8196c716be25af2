"""What ingestion and the records stage cost on a text, for several numbers of workers.

    python benchmarks/engine.py --texts FOLDER [--workers 1 2] [--repeat 1] [--near-duplicates]

Prints seconds and MB/s (10^6 bytes of the text that is kept) of both stages, and the greatest
resident memory of the whole process tree, sampled every 0.1 s: the sum of its processes, and what
it is if pages that they share count once. Linux only. Each number of workers has processes of its
own. `--repeat N` writes the text N times first, each copy with a mark in every document, so that
none is a duplicate.
"""

import argparse
import contextlib
import json
import multiprocessing
import pathlib
import tempfile
import threading
import time
from collections import Counter

import psutil

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.corpus.ingestion import ingest
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file
from selectra_pipeline.records.writer import write_records
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.stage import build_vocabulary

SECONDS_BETWEEN_SAMPLES = 0.1


def main() -> None:
    """Measure each number of workers in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--texts", required=True)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--near-duplicates", action="store_true")
    parser.add_argument("--folder", help="for what is written; a temporary one by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        texts, place = arguments.texts, pathlib.Path(folder)
        if arguments.repeat > 1:
            texts = str(repeat_texts(texts, place / "repeated", arguments.repeat))
        spawn = multiprocessing.get_context("spawn")
        for workers in arguments.workers:
            options = (texts, place, workers, arguments.shards, arguments.near_duplicates)
            process = spawn.Process(target=measure, args=options)
            process.start()
            process.join()


def repeat_texts(texts: str, folder: pathlib.Path, times: int) -> pathlib.Path:
    """The documents of the texts as JSON Lines, so many times, each file as often."""
    folder.mkdir()
    for file in find_source_files((texts,)):
        documents = list(read_file(file, SourceConfig(), Counter()))
        for copy in range(times):
            name = file.name.replace("/", "_").split(".")[0]
            with open(folder / f"{name}_{copy}.jsonl", "w", encoding="utf-8") as opened:
                for document in documents:
                    text = f"Copia {copy}.\n{document.text}"
                    opened.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return folder


def measure(
    texts: str, place: pathlib.Path, workers: int, shards: int, near_duplicates: bool
) -> None:
    """Run both stages with so many workers and print what they took."""
    execution = ExecutionConfig(workers=workers)
    ingestion = IngestionConfig.from_params(
        {
            "source": {"paths": texts},
            "shards": shards,
            "near_duplicates": {"enabled": near_duplicates},
        }
    )
    output = place / str(workers)
    with Measured() as measured:
        documents = ingest(ingestion, output / "documents", execution)
    megabytes = sum(counts["bytes"] for counts in documents.facts["kept"].values()) / 1e6
    measured.report(f"ingestion, {workers} workers", megabytes)
    vocabulary = learn_vocabulary(documents, place / "vocabulary")
    with Measured() as measured:
        records = RecordsConfig(sequence_length=512)
        write_records(documents, vocabulary, records, output / "records", execution)
    measured.report(f"records, {workers} workers", megabytes)


def learn_vocabulary(documents: Manifest, folder: pathlib.Path) -> pathlib.Path:
    """A vocabulary of a sample; in a process of its own, whose memory does not count."""
    config = VocabularyConfig(size=30_000, sample_fraction=0.1, compare_algorithms=False)
    process = multiprocessing.get_context("spawn").Process(
        target=build_vocabulary, args=(documents, config, folder)
    )
    process.start()
    process.join()
    return folder


class Measured:
    """Seconds and the greatest resident memory of this process and its children in a block."""

    def __enter__(self) -> "Measured":
        self._resident = self._unshared = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._start = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.perf_counter() - self._start
        self._ended.set()
        self._thread.join()

    def report(self, name: str, megabytes: float) -> None:
        """Print what was measured."""
        print(
            f"{name}: {self._seconds:.1f} s, {megabytes / self._seconds:.1f} MB/s, "
            f"{self._resident / 1e6:,.0f} MB resident, "
            f"{self._unshared / 1e6:,.0f} MB with shared pages once",
            flush=True,
        )

    def _sample(self) -> None:
        this = psutil.Process()
        while not self._ended.wait(SECONDS_BETWEEN_SAMPLES):
            resident = unshared = 0
            for process in (this, *this.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    memory = process.memory_full_info()
                    resident += memory.rss
                    unshared += memory.pss
            self._resident = max(self._resident, resident)
            self._unshared = max(self._unshared, unshared)


if __name__ == "__main__":
    main()
