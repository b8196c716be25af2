"""One training example, and what turns documents into examples."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Example(NamedTuple):
    """[CLS] A [SEP] or [CLS] A [SEP] B [SEP].

    Attributes:
        input_ids: the token ids, special tokens included, no padding.
        segment_a_length: how many of them are segment 0, that is [CLS] A [SEP].
    """

    input_ids: list[int]
    segment_a_length: int


def make_example(first: list[int], second: list[int], cls_id: int, sep_id: int) -> Example:
    """Frame one or two segments; an empty `second` gives an example of one segment."""
    input_ids = [cls_id, *first, sep_id]
    segment_a_length = len(input_ids)
    if second:
        input_ids += second
        input_ids.append(sep_id)
    return Example(input_ids, segment_a_length)


class Packer(Protocol):
    """Turns a stream of documents into examples.

    Attributes:
        lost_tokens: tokens of the documents that are in no example.
    """

    lost_tokens: int

    def add_document(self, lines: Sequence[list[int]]) -> list[Example]:
        """Take the token ids of a document, line by line; give the examples that are now full."""
        ...

    def flush(self) -> list[Example]:
        """Give what is left after the last document."""
        ...
