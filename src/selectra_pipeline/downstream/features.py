"""Tagged sentences as token ids, with a label on the first word piece of each word."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from selectra_pipeline.downstream.conll import TaggedSentence
from selectra_pipeline.downstream.entities import OUTSIDE, entities
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

IGNORED = -1  # the label of a token that is not scored


class TokenExample(NamedTuple):
    """One sentence, ready for the model.

    Attributes:
        input_ids: [CLS], word pieces, [SEP].
        labels: of each id; `IGNORED` but for the first piece of a word.
        words: which word of the sentence each label stands for, ascending. A word without a piece
            (control characters only) or beyond the length is missing.
    """

    input_ids: list[int]
    labels: list[int]
    words: list[int]


class Lost(NamedTuple):
    """What the model does not get to see: its tag is taken to be `O`."""

    words: int
    entities: int  # of which a word is lost


def entity_labels(sentences: Iterable[TaggedSentence]) -> tuple[str, ...]:
    """All tags that the entity types in `sentences` can have, `O` first: the classes, in order."""
    found = (entities(sentence.tags) for sentence in sentences)
    kinds = sorted({entity.type for entity in itertools.chain.from_iterable(found)})
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in kinds for prefix in ("B", "I")))


def token_examples(
    sentences: Sequence[TaggedSentence],
    labels: Sequence[str],
    tokenizer: Tokenizer,
    max_length: int,
) -> list[TokenExample]:
    """One example per sentence, of at most `max_length` ids; see `lost` for what that costs."""
    number = {label: index for index, label in enumerate(labels)}
    pieces = iter(tokenizer.encode_batch([word for s in sentences for word in s.words]))
    return [
        _example(
            list(itertools.islice(pieces, len(sentence.words))),
            [number[tag] for tag in sentence.tags],
            tokenizer,
            max_length,
        )
        for sentence in sentences
    ]


def lost(sentences: Sequence[TaggedSentence], examples: Sequence[TokenExample]) -> Lost:
    """Count what is missing in the examples made of the sentences."""
    words, entity_count = 0, 0
    for sentence, example in zip(sentences, examples, strict=True):
        missing = set(range(len(sentence.words))).difference(example.words)
        words += len(missing)
        entity_count += sum(
            not missing.isdisjoint(range(entity.start, entity.end))
            for entity in entities(sentence.tags)
        )
    return Lost(words, entity_count)


def word_tags(
    example: TokenExample, predicted: Sequence[int], labels: Sequence[str], word_count: int
) -> list[str]:
    """The tag of each word of a sentence.

    Args:
        predicted: the label of each of the example's ids; what follows (padding) is not read.
        labels: the classes, in order.
        word_count: words of the sentence; those that are lost get `O`.
    """
    tags = [OUTSIDE] * word_count
    positions = [i for i, label in enumerate(example.labels) if label != IGNORED]
    for word, position in zip(example.words, positions, strict=True):
        tags[word] = labels[predicted[position]]
    return tags


def _example(
    pieces: Sequence[list[int]], labels: Sequence[int], tokenizer: Tokenizer, max_length: int
) -> TokenExample:
    """Make an example of the pieces and the label of each word of a sentence."""
    ids, token_labels, words = [tokenizer.cls_id], [IGNORED], []
    for word, (word_ids, label) in enumerate(zip(pieces, labels, strict=True)):
        if word_ids and len(ids) < max_length - 1:
            ids += word_ids
            token_labels += [label] + [IGNORED] * (len(word_ids) - 1)
            words.append(word)
    ids, token_labels = ids[: max_length - 1], token_labels[: max_length - 1]
    return TokenExample([*ids, tokenizer.sep_id], [*token_labels, IGNORED], words)
