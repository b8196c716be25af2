"""What each stage of ingestion, and counting words for a vocabulary, costs on one core.

    python benchmarks/ingestion.py --texts FOLDER [--env selectra_small] [--evaluation FILE ...]

Ingests the texts with the environment's configuration in this process and times every stage of it.
MB/s are 10^6 bytes of UTF-8 of the text that the stage takes in, a second of processor time: what
`prepare_documents` reads, and for the others what it keeps. The last column is what lies in the
folder for intermediate files then.
"""

import argparse
import dataclasses
import pathlib
import tempfile
import time
from collections import Counter
from typing import Any

from recipe import load_recipe

from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.corpus import ingestion
from selectra_pipeline.corpus.document_shards import iterate_documents, read_shard
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file
from selectra_pipeline.corpus.splits import TRAIN
from selectra_pipeline.execution.running import run_stage
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.learning import count_sample

IN_THIS_PROCESS = ExecutionConfig(workers=1)
SAMPLE = VocabularyConfig(sample_fraction=0.5)


class TimedStages:
    """Runs stages as ingestion does and keeps what each took and left in the work folder."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.on_disk: dict[str, int] = {}

    def run(self, stage: Stage, folder: pathlib.Path, *options: Any) -> None:
        """Take the place of `run_stage`."""
        start = time.process_time()
        run_stage(stage, folder, *options)
        self.seconds[stage.name] = time.process_time() - start
        files = (path for path in folder.rglob("*") if path.is_file())
        self.on_disk[stage.name] = sum(path.stat().st_size for path in files)


def configuration(environment: str, texts: str, evaluation: list[str]) -> IngestionConfig:
    """The environment's, for other texts and in few shards."""
    config = load_recipe(environment).ingestion
    return dataclasses.replace(
        config,
        source=SourceConfig(paths=(texts,)),
        shards=8,
        decontamination=DecontaminationConfig(files=tuple(evaluation)),
    )


def megabytes_read(texts: str) -> float:
    """Text of all source files."""
    files = find_source_files((texts,))
    documents = (d for file in files for d in read_file(file, SourceConfig(), Counter()))
    return sum(len(document.text.encode()) for document in documents) / 1e6


def megabytes_kept(documents: Manifest) -> float:
    """Text of all shards."""
    paths = [path for split in documents.shards for path in documents.paths(split)]
    return sum(len(d.text.encode()) for path in paths for d in read_shard(path)) / 1e6


def main() -> None:
    """Print a row for each stage."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", required=True)
    parser.add_argument("--env", default="selectra_small", help="whose configuration")
    parser.add_argument("--evaluation", nargs="*", default=[], help="files to decontaminate by")
    arguments = parser.parse_args()
    config = configuration(arguments.env, arguments.texts, arguments.evaluation)
    start = time.process_time()
    read = megabytes_read(arguments.texts)
    reading = time.process_time() - start
    timed = TimedStages()
    ingestion.run_stage = timed.run
    with tempfile.TemporaryDirectory() as folder:
        documents = ingestion.ingest(config, folder, IN_THIS_PROCESS)
        kept = megabytes_kept(documents)
        start = time.process_time()
        count_sample((d.text for d in iterate_documents(documents, TRAIN)), SAMPLE)
        timed.seconds["counting words of half the documents"] = time.process_time() - start
    stored = sum(shard.bytes for shards in documents.shards.values() for shard in shards) / 1e6
    print(f"{read:.1f} MB read, {kept:.1f} MB kept, {stored:.1f} MB as shards\n")
    print("| one process | s | MB/s | MB in the work folder after it |\n|---|---:|---:|---:|")
    print(f"| reading alone | {reading:.1f} | {read / reading:.1f} | |")
    for name, seconds in timed.seconds.items():
        megabytes = read if name == "prepare_documents" else kept
        disk = f"{timed.on_disk[name] / 1e6:.1f}" if name in timed.on_disk else ""
        print(f"| {name} | {seconds:.2f} | {megabytes / seconds:.1f} | {disk} |")


if __name__ == "__main__":
    main()
