"""One training example, and what turns documents into examples."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from selectra_pipeline.vocabulary.tokenizer import EncodedLines


class Example(NamedTuple):
    """[CLS] A [SEP] or [CLS] A [SEP] B [SEP].

    Attributes:
        input_ids: the token ids, special tokens included, no padding. int32 [tokens].
        segment_a_length: how many of them are segment 0, that is [CLS] A [SEP].
    """

    input_ids: np.ndarray
    segment_a_length: int


def make_example(
    first: Sequence[int] | np.ndarray,
    second: Sequence[int] | np.ndarray,
    cls_id: int,
    sep_id: int,
) -> Example:
    """Frame one or two segments; an empty `second` gives an example of one segment."""
    segment_a_length = len(first) + 2
    segment_b_length = len(second) + 1 if len(second) else 0
    input_ids = np.full(segment_a_length + segment_b_length, sep_id, np.int32)
    input_ids[0] = cls_id
    input_ids[1 : segment_a_length - 1] = first
    input_ids[segment_a_length : segment_a_length + len(second)] = second
    return Example(input_ids, segment_a_length)


class Packer(Protocol):
    """Turns a stream of documents into examples.

    Attributes:
        lost_tokens: tokens of the documents that are in no example.
    """

    lost_tokens: int

    def add_document(self, document: EncodedLines) -> list[Example]:
        """Take the lines of a document; give the examples that are now full."""
        ...

    def flush(self) -> list[Example]:
        """Give what is left after the last document."""
        ...
