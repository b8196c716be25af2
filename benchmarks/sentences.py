"""The sentences that all contestants fine-tune on."""

import itertools
from typing import NamedTuple

from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.conll import read_entities
from selectra_pipeline.downstream.features import TokenExample, entity_labels, token_examples
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

BATCH, MAX_LENGTH = 32, 512


class Sentences(NamedTuple):
    """Examples with their labels; how many classes and words there are."""

    examples: list[TokenExample]
    classes: int
    vocab_size: int


def read_sentences(conll: str, vocabulary: str, every: int) -> Sentences:
    """One in `every` of the file's batches, sorted by length: the examples, in the file's order.

    So their lengths are distributed as in the file, and nearly all batches are full.
    """
    tokenizer, tagged = Tokenizer.load(vocabulary), read_entities(conll)
    labels = entity_labels(tagged)
    examples = token_examples(tagged, labels, tokenizer, MAX_LENGTH)
    batches = LengthBatches(examples, BATCH, MAX_LENGTH)
    # Shuffled: sentences that are neighbours in the file are of like length too often.
    groups = sorted(batches.shuffled((1, 0)), key=lambda group: batches.pad(group).labels.shape[1])
    chosen = itertools.chain.from_iterable(groups[every // 2 :: every])
    return Sentences([examples[i] for i in sorted(chosen)], len(labels), tokenizer.size)
