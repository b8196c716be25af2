"""Sentences of words, each with a tag."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.metrics.entities import OUTSIDE, entities
from selectra_pipeline.downstream.reading.record import Record, TaskDataError

ENTITY_TAG = re.compile(rf"{OUTSIDE}|[BI]-\S+")


class TaggedSentence(NamedTuple):
    """Words and the tag of each."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_sentences(records: Sequence[Record], config: TaskConfig) -> list[TaggedSentence]:
    """Rows with a list of words and one of tags.

    Raises:
        TaskDataError: a column is missing or no list of texts, the lists differ in length, or a
            tag is no entity tag where the task says so.
    """
    return [_sentence(record, config) for record in records]


def entity_labels(sentences: Iterable[TaggedSentence]) -> tuple[str, ...]:
    """All tags that the entity types in `sentences` can have, `O` first: the classes, in order."""
    kinds = sorted({entity.type for sentence in sentences for entity in entities(sentence.tags)})
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in kinds for prefix in ("B", "I")))


def _sentence(record: Record, config: TaskConfig) -> TaggedSentence:
    words, tags = (_texts(record, name) for name in (config.columns.text, config.columns.label))
    if len(words) != len(tags):
        raise TaskDataError(
            f"{record.where}: {len(words)} words, but {len(tags)} tags; mend the row"
        )
    strange = [tag for tag in tags if config.entities and not ENTITY_TAG.fullmatch(tag)]
    if strange:
        raise TaskDataError(
            f"{record.where}: {strange[0]!r} is no entity tag ({OUTSIDE}, B-type or I-type) in "
            f"{' '.join(words[:8])!r} ...; name the column of the entity tags in columns.label, or "
            "set entities=false"
        )
    return TaggedSentence(words, tags)


def _texts(record: Record, column: str) -> tuple[str, ...]:
    values = record.value(column)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TaskDataError(
            f"{record.where}: {column} is {values!r:.60}, not a list of texts, one for each word"
        )
    return tuple(values)
