"""Text to TFRecords: the records stage beside plain Python, and two workers beside one.

    python benchmarks/records.py --documents FOLDER --vocabulary FOLDER [--rounds 8] [--repeat 4]

Reads what the stages of ingestion and vocabulary left in the two folders. In each round all
contestants take the same shard of documents, one after the other, in one process; MB/s are 10^6
bytes of UTF-8 a second of processor time, medians of the rounds. `plain_records.py` is the plain
Python; its records must equal the stage's byte for byte. Then the whole stage runs with one worker
and with two, in turn, each in a process of its own, on the documents `--repeat` times; the seconds
are the clock's and hold the import of TensorFlow.
"""

import argparse
import dataclasses
import multiprocessing
import pathlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable

import tensorflow as tf
from plain_records import PlainTokenizer, write_plainly

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.corpus.document_shards import read_shard
from selectra_pipeline.records.shard_writer import ShardTask, encoded_documents, write_shard
from selectra_pipeline.records.writer import write_records
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

LENGTH = 512
DEFAULT = RecordsConfig(sequence_length=LENGTH)
ORIGINAL = RecordsConfig(sequence_length=LENGTH, packing="electra", format="padded")
TOKENIZER = "the tokenizer alone, on lines in memory"
PLAIN = "plain Python: the same"
WORKERS = (1, 2)


class Contestants:
    """The ways from one shard of documents to records, each called with the shard's path."""

    def __init__(self, tokenizer: Tokenizer, folder: pathlib.Path) -> None:
        self._tokenizer = tokenizer
        self._plain_tokenizer = PlainTokenizer(tokenizer.vocabulary)
        self._folder = folder
        self.original, self.plain = folder / "original", folder / "plain"

    def all(self) -> dict[str, Callable[[pathlib.Path], None]]:
        """The contestants by name, the plain one last."""
        return {
            "reading and tokenising, line by line": self._tokenize,
            "records as configured (lossless, unpadded)": lambda shard: self._write(
                shard, DEFAULT, self._folder / "default"
            ),
            "records of the original (electra, padded)": lambda shard: self._write(
                shard, ORIGINAL, self.original
            ),
            PLAIN: self._write_plainly,
        }

    def require_equal_records(self) -> None:
        """Compare what was written last; the stage shuffles, the plain way does not."""
        written = [
            sorted(record.numpy() for record in tf.data.TFRecordDataset(str(path)))
            for path in (self.original, self.plain)
        ]
        if written[0] != written[1]:
            raise SystemExit("the plain records differ from the stage's: nothing can be compared")

    def _tokenize(self, shard: pathlib.Path) -> None:
        for _ in encoded_documents(read_shard(shard), self._tokenizer, lambda line: [line]):
            pass

    def _write(self, shard: pathlib.Path, config: RecordsConfig, path: pathlib.Path) -> None:
        write_shard(ShardTask(shard, path, "train", 0, self._tokenizer, config, str(shard)))

    def _write_plainly(self, shard: pathlib.Path) -> None:
        rng = random.Random(f"{ORIGINAL.seed}/train/0/packing")  # as the stage draws for a shard
        texts = (document.text for document in read_shard(shard))
        write_plainly(texts, self._plain_tokenizer, LENGTH, rng, self.plain)


def compare_in_one_process(shards: list[pathlib.Path], tokenizer: Tokenizer) -> None:
    """Print the rate of each contestant and how many times the plain one's it is."""
    with tempfile.TemporaryDirectory() as folder:
        contestants = Contestants(tokenizer, pathlib.Path(folder))
        tokenizer.encode("x" * 101)  # makes what the first text would wait for
        rates: dict[str, list[float]] = {name: [] for name in (TOKENIZER, *contestants.all())}
        for shard in shards:
            megabytes = text_megabytes(shard)
            lines = [line for d in read_shard(shard) for line in d.text.split("\n")]
            start = time.process_time()
            tokenizer.encode_lines(lines, normalized=True)
            rates[TOKENIZER].append(megabytes / (time.process_time() - start))
            for name, work in contestants.all().items():
                start = time.process_time()
                work(shard)
                rates[name].append(megabytes / (time.process_time() - start))
            contestants.require_equal_records()
    print(f"| one process, medians of {len(shards)} shards | MB/s | x plain |\n|---|---:|---:|")
    for name, of_name in rates.items():
        ratio = statistics.median(a / b for a, b in zip(of_name, rates[PLAIN], strict=True))
        print(f"| {name} | {statistics.median(of_name):.2f} | {ratio:.1f} |")


def text_megabytes(shard: pathlib.Path) -> float:
    """Text of a shard in 10^6 bytes of UTF-8."""
    return sum(len(document.text.encode()) for document in read_shard(shard)) / 1e6


def compare_workers(documents: Manifest, vocabulary: str, repeat: int, rounds: int) -> None:
    """Print the seconds of the whole stage with each number of workers."""
    megabytes = repeat * sum(
        text_megabytes(path) for split in documents.shards for path in documents.paths(split)
    )
    repeated = dataclasses.replace(
        documents, shards={split: shards * repeat for split, shards in documents.shards.items()}
    )
    spawn = multiprocessing.get_context("spawn")
    seconds: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for _ in range(rounds):
        for workers in WORKERS:
            start = time.perf_counter()
            process = spawn.Process(target=write_with, args=(workers, repeated, vocabulary))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(f"the stage failed with {workers} workers; see above")
            seconds[workers].append(time.perf_counter() - start)
    print(f"\n| {megabytes:.0f} MB, medians of {rounds} | s | MB/s | x one |\n|---|---:|---:|---:|")
    for workers, of_workers in seconds.items():
        median = statistics.median(of_workers)
        gain = statistics.median(a / b for a, b in zip(seconds[1], of_workers, strict=True))
        print(f"| {workers} workers | {median:.1f} | {megabytes / median:.1f} | {gain:.2f} |")


def write_with(workers: int, documents: Manifest, vocabulary: str) -> None:
    """Run the records stage with so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        write_records(documents, vocabulary, DEFAULT, folder, ExecutionConfig(workers=workers))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", required=True, help="folder of the ingestion stage")
    parser.add_argument("--vocabulary", required=True, help="folder of the vocabulary stage")
    parser.add_argument("--rounds", type=int, default=8, help="shards to compare on; or 0")
    parser.add_argument("--repeat", type=int, default=4, help="the documents, for the workers")
    parser.add_argument("--worker-rounds", type=int, default=3, help="of the whole stage; or 0")
    arguments = parser.parse_args()
    documents = Manifest.load(pathlib.Path(arguments.documents))
    shards = documents.paths("train")[: arguments.rounds]
    if shards:
        compare_in_one_process(shards, Tokenizer.load(arguments.vocabulary))
    if arguments.worker_rounds:
        compare_workers(documents, arguments.vocabulary, arguments.repeat, arguments.worker_rounds)


if __name__ == "__main__":
    main()
