"""The sentences that fine-tuning is timed on."""

import itertools
from typing import NamedTuple

from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.conll import read_entities
from selectra_pipeline.downstream.features import TokenExample, entity_labels, token_examples
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

BATCH, MAX_LENGTH = 32, 512


class Sentences(NamedTuple):
    """Examples, the number of classes, and the words of the vocabulary."""

    examples: list[TokenExample]
    classes: int
    vocab_size: int


def read_sentences(conll: str, vocabulary: str, every: int) -> Sentences:
    """The examples of every so manieth batch of the whole file, in the file's order.

    So their lengths are distributed as in the file, and the batches are as full.
    """
    tokenizer, tagged = Tokenizer.load(vocabulary), read_entities(conll)
    labels = entity_labels(tagged)
    examples = token_examples(tagged, labels, tokenizer, MAX_LENGTH)
    batches = LengthBatches(examples, BATCH, MAX_LENGTH)
    groups = sorted(batches.shuffled((1, 0)), key=lambda group: batches.pad(group).labels.shape[1])[
        every // 2 :: every
    ]
    chosen = [examples[index] for index in sorted(itertools.chain.from_iterable(groups))]
    return Sentences(chosen, len(labels), tokenizer.size)
