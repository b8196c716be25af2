"""One shard of documents to one shard of records: the unit of parallel work."""

import dataclasses
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Self

import numpy as np
from datatrove.pipeline.base import DocumentsPipeline, PipelineStep

from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.document_shards import read_shard
from selectra_pipeline.records.example import Example, Packer
from selectra_pipeline.records.example_builder import ExampleBuilder
from selectra_pipeline.records.packing import LosslessPacker
from selectra_pipeline.records.schema import serializer
from selectra_pipeline.records.sentences import split_sentences
from selectra_pipeline.shards.files import (
    file_sha256,
    replace_file,
    tensorflow_errors,
    write_text,
)
from selectra_pipeline.shards.manifest import Shard
from selectra_pipeline.shards.paths import Path
from selectra_pipeline.vocabulary.tokenizer import EncodedLines, Tokenizer

CHARACTERS_PER_BATCH = 1_000_000  # what is tokenised at a time


@dataclasses.dataclass(frozen=True)
class ShardTask:
    """What a worker has to know to write a shard.

    Attributes:
        documents, records: the file to read and the file to write.
        split, index: which shard it is; they and the seed of `config` make its random choices.
        fingerprint: of the whole stage; a shard that was written under another one is written anew.
    """

    documents: Path
    records: Path
    split: str
    index: int
    tokenizer: Tokenizer
    config: RecordsConfig
    fingerprint: str


@dataclasses.dataclass(frozen=True)
class ShardReport:
    """A finished shard and what was counted.

    Attributes:
        lost_tokens: tokens of the documents that are in no record.
        token_counts: int64 [vocabulary size], occurrences of each entry in the records.
    """

    shard: Shard
    lost_tokens: int
    token_counts: np.ndarray

    @staticmethod
    def path(records: Path) -> Path:
        """Where the report of a record file stands until the manifest of the stage is written."""
        return records.with_name(f"{records.name}.json")

    def save(self, records: Path, fingerprint: str) -> None:
        content = {
            "fingerprint": fingerprint,
            "shard": dataclasses.asdict(self.shard),
            "lost_tokens": self.lost_tokens,
            "token_counts": self.token_counts.tolist(),
        }
        write_text(self.path(records), json.dumps(content))

    @classmethod
    def load(cls, records: Path) -> Self:
        """The report of a record file that is finished."""
        content = json.loads(cls.path(records).read_text(encoding="utf-8"))
        token_counts = np.array(content["token_counts"], np.int64)
        return cls(Shard(**content["shard"]), content["lost_tokens"], token_counts)

    @classmethod
    def is_whole(cls, records: Path, fingerprint: str) -> bool:
        """Whether a record file was finished under this fingerprint and is as it was written."""
        try:
            content = json.loads(cls.path(records).read_text(encoding="utf-8"))
            if content["fingerprint"] != fingerprint:
                return False
            return file_sha256(records) == content["shard"]["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return False


class WriteRecords(PipelineStep):
    """Writes the records of the task's shard of documents, and a report beside them."""

    type = "💽 - WRITER"
    name = "Records"

    def __init__(self, tasks: Sequence[ShardTask]) -> None:
        super().__init__()
        self._tasks = tasks

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        write_shard(self._tasks[rank])


def write_shard(task: ShardTask) -> None:
    """Write the records of a shard and its report, unless an earlier run has.

    They are in memory until they are shuffled: about two bytes a token, if unpadded. Ingest a very
    large corpus into more shards.
    """
    if ShardReport.is_whole(task.records, task.fingerprint):
        return
    tokenizer = task.tokenizer
    packer = make_packer(task, tokenizer)
    serialize = serializer(task.config.format, task.config.sequence_length, tokenizer.size)
    token_counts = np.zeros(tokenizer.size, np.int64)
    records: list[bytes] = []
    for examples in _packed(task, tokenizer, packer):
        if examples:
            ids = np.concatenate([example.input_ids for example in examples])
            token_counts += np.bincount(ids, minlength=tokenizer.size)
        records += serialize(examples)
    _random(task, "order").shuffle(records)
    _write_tfrecord(task.records, records)
    shard = Shard.describe(task.records, len(records))
    report = ShardReport(shard, packer.lost_tokens, token_counts)
    report.save(task.records, task.fingerprint)


def make_packer(task: ShardTask, tokenizer: Tokenizer) -> Packer:
    """The packer that the configuration names."""
    config = task.config
    frame = (config.sequence_length, tokenizer.cls_id, tokenizer.sep_id)
    probabilities = (config.short_sequence_probability, config.single_segment_probability)
    rng = _random(task, "packing")
    if config.packing == "electra":
        return ExampleBuilder(*frame, rng, *probabilities)
    return LosslessPacker(*frame, tokenizer.continuation, rng, *probabilities)


def encoded_documents(
    documents: Iterable[Document], tokenizer: Tokenizer, split_line: Callable[[str], list[str]]
) -> Iterator[list[EncodedLines]]:
    """Batches of documents, each the token ids of the parts of its lines."""
    for batch in _batches(documents):
        parts = [
            [part for line in document.text.split("\n") for part in split_line(line)]
            for document in batch
        ]
        flat = [part for document in parts for part in document]
        encoded = tokenizer.encode_lines(flat, normalized=True)
        ends = accumulate(map(len, parts), initial=0)
        yield [encoded.lines(first, last) for first, last in pairwise(ends)]


def _packed(task: ShardTask, tokenizer: Tokenizer, packer: Packer) -> Iterator[list[Example]]:
    """All examples of a shard, some at a time."""
    split_line = split_sentences if task.config.packing == "lossless" else lambda line: [line]
    for batch in encoded_documents(read_shard(task.documents), tokenizer, split_line):
        yield [example for document in batch for example in packer.add_document(document)]
    yield packer.flush()


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch, characters = [], 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if characters >= CHARACTERS_PER_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _random(task: ShardTask, purpose: str) -> random.Random:
    """The random numbers of a shard for one purpose: the same in every process."""
    return random.Random(f"{task.config.seed}/{task.split}/{task.index}/{purpose}")


def _write_tfrecord(path: Path, records: Iterable[bytes]) -> None:
    import tensorflow as tf  # slow to import: only when there is something to write

    with (
        replace_file(path) as temporary,
        tensorflow_errors(),
        tf.io.TFRecordWriter(str(temporary)) as writer,
    ):
        for record in records:
            writer.write(record)
