"""The sentences that fine-tuning is timed on."""

import itertools
from typing import NamedTuple

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.reading.conll import read_conll
from selectra_pipeline.downstream.tasks import words
from selectra_pipeline.downstream.tasks.token_classification import (
    TokenClassification,
    TokenExample,
)
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

BATCH, MAX_LENGTH = 32, 512


class Sentences(NamedTuple):
    """Examples, their task, and the words of the vocabulary."""

    examples: list[TokenExample]
    task: TokenClassification
    vocab_size: int


def read_sentences(conll: str, vocabulary: str, every: int) -> Sentences:
    """The examples of every so manieth batch of the whole file, in the file's order.

    So their lengths are distributed as in the file, and the batches are as full.
    """
    tokenizer = Tokenizer.load(vocabulary)
    config = TaskConfig(type="token_classification", train=(conll,), test=(conll,))
    sentences = words.read_sentences(read_conll(as_path(conll)), config)
    task = TokenClassification.create(config, {"train": sentences})
    examples, _ = task.examples(sentences, tokenizer, MAX_LENGTH)
    batches = LengthBatches(examples, BATCH, MAX_LENGTH, task.label_spec)
    groups = sorted(batches.shuffled((1, 0)), key=lambda group: batches.pad(group).labels.shape[1])[
        every // 2 :: every
    ]
    chosen = [examples[index] for index in sorted(itertools.chain.from_iterable(groups))]
    return Sentences(chosen, task, tokenizer.size)
