"""Rows about the embedded world, for `embedded://TASK/SPLIT`."""

from selectra_pipeline.config.task import EMBEDDED
from selectra_pipeline.corpus.embedded.labelled import inferences, tagged_sentences
from selectra_pipeline.downstream.reading.record import Record

# Rows (premises of "inference", each with three hypotheses) and seed: each split has a world of its
# own, and the corpus that models are pre-trained on another one.
SPLITS = {"train": (1500, 101), "validation": (300, 102), "test": (500, 103)}


def read_embedded(address: str) -> list[Record]:
    """The rows of a split.

    Columns: "entities" has "tokens" and "tags"; "inference" has "premise", "hypothesis", "label".
    """
    task, _, split = address.removeprefix(EMBEDDED).partition("/")
    count, seed = SPLITS[split]
    if task == "entities":
        rows = [{"tokens": words, "tags": tags} for words, tags in tagged_sentences(count, seed)]
    else:
        rows = [pair._asdict() for pair in inferences(count, seed)]
    return [Record(f"{address}, row {number}", row) for number, row in enumerate(rows, start=1)]
