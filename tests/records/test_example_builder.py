import json
import os
import random
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from selectra_pipeline.records.example import Example
from selectra_pipeline.records.example_builder import ExampleBuilder
from selectra_pipeline.vocabulary.tokenizer import EncodedLines

REFERENCE = Path(
    os.environ.get("SELECTRA_REFERENCE_DIR", Path(__file__).parents[1] / "reference"),
    "example_builder_reference.json",
)
CLS, SEP = 2, 3


def builder(sequence_length: int, seed: int = 1, **probabilities: float) -> ExampleBuilder:
    return ExampleBuilder(sequence_length, CLS, SEP, random.Random(seed), **probabilities)


def add(packer: ExampleBuilder, lines: list[list[int]]) -> list[Example]:
    """The examples that a document of these lines fills."""
    ids = np.array([number for line in lines for number in line], np.int32)
    examples = packer.add_document(EncodedLines(ids, np.cumsum([len(line) for line in lines])))
    return [Example(example.input_ids.tolist(), example.segment_a_length) for example in examples]


def documents_of(lines: list[list[int]]) -> list[list[list[int]]]:
    """Documents of lines that blank lines (no tokens) separate."""
    return [list(group) for filled, group in groupby(lines, bool) if filled]


@pytest.mark.parametrize(
    "case",
    json.loads(REFERENCE.read_text()),
    ids=lambda case: str((case["max_seq_length"], case["python_random_seed"])),
)
def test_makes_the_examples_of_the_original(case):
    packer = builder(case["max_seq_length"], case["python_random_seed"])
    made = [e for document in documents_of(case["lines"]) for e in add(packer, document)]
    assert [example.input_ids for example in made] == [e["input_ids"] for e in case["examples"]]
    assert [
        [int(position >= example.segment_a_length) for position in range(len(example.input_ids))]
        for example in made
    ] == [e["segment_ids"] for e in case["examples"]]
    kept = sum(id_ not in (CLS, SEP) for example in made for id_ in example.input_ids)
    assert packer.lost_tokens == sum(map(len, case["lines"])) - kept > 0


def test_counts_the_tokens_that_a_long_line_loses():
    packer = builder(16, short_sequence_probability=0, single_segment_probability=1)
    (example,) = add(packer, [list(range(10, 110))])
    assert example.input_ids == [CLS, *range(10, 24), SEP]
    assert packer.lost_tokens == 86


def test_the_end_of_a_document_ends_the_example():
    packer = builder(16)
    assert add(packer, [[10, 11]])[0].input_ids == [CLS, 10, 11, SEP]
    assert packer.flush() == []
