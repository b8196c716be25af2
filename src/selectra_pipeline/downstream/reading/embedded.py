"""Rows about the embedded world, for `embedded://TASK/SPLIT`."""

from collections.abc import Iterator
from typing import Any

from selectra_pipeline.config.task import EMBEDDED
from selectra_pipeline.corpus.embedded.labelled import genres, inferences, tagged_sentences
from selectra_pipeline.downstream.reading.record import Record

# Rows (premises of "inference", each with three hypotheses) and seed: each split has a world of its
# own, and the corpus that models are pre-trained on another one.
SPLITS = {"train": (1500, 101), "validation": (300, 102), "test": (500, 103)}


def read_embedded(address: str) -> list[Record]:
    """The rows of a split.

    Columns: "entities" has "tokens" and "tags", "genres" has "text" and "label", "inference" has
    "premise", "hypothesis" and "label".
    """
    task, _, split = address.removeprefix(EMBEDDED).partition("/")
    rows = ROWS[task](*SPLITS[split])
    return [Record(f"{address}, row {number}", row) for number, row in enumerate(rows, start=1)]


def _entities(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for words, tags in tagged_sentences(count, seed):
        yield {"tokens": words, "tags": tags}


def _genres(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for text, genre in genres(count, seed):
        yield {"text": text, "label": genre}


def _inference(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for row in inferences(count, seed):
        yield row._asdict()


ROWS = {"entities": _entities, "genres": _genres, "inference": _inference}
