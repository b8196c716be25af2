"""The sentences that all contestants fine-tune on."""

import itertools
from typing import NamedTuple

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.batching import PackedBatches
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
    """Examples with their labels, their task, and the number of words that there are.

    Attributes:
        row_lengths: of batches of the whole file.
    """

    examples: list[TokenExample]
    row_lengths: list[int]
    task: TokenClassification
    vocab_size: int


def read_sentences(conll: str, vocabulary: str, every: int) -> Sentences:
    """One in `every` of the file's batches, sorted by length: the examples, in the file's order.

    So their lengths are distributed as in the file, and nearly all batches are full.
    """
    tokenizer = Tokenizer.load(vocabulary)
    config = TaskConfig(type="token_classification", train=(conll,), test=(conll,))
    sentences = words.read_sentences(read_conll(as_path(conll)), config)
    task = TokenClassification.create(config, {"train": sentences})
    examples, _ = task.examples(sentences, tokenizer, MAX_LENGTH)
    batches = PackedBatches(examples, BATCH, MAX_LENGTH, task.label_spec)
    # Shuffled: sentences that are neighbours in the file are of like length too often.
    groups = sorted(
        batches.shuffled((1, 0)), key=lambda group: max(len(examples[i].input_ids) for i in group)
    )
    first = (len(groups) - 1) % every // 2  # as far from the shortest as the last from the longest
    chosen = itertools.chain.from_iterable(groups[first::every])
    of_part = [examples[i] for i in sorted(chosen)]
    return Sentences(of_part, batches.row_lengths, task, tokenizer.size)
