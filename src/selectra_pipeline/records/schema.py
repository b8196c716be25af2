"""The two formats of a record: how an example is written as a serialised `tf.train.Example`.

- "unpadded": `input_ids` (as many as there are) and `segment_a_length` (one number).
- "padded": the original ELECTRA's `input_ids`, `input_mask` and `segment_ids`, padded to the
  sequence length with zeros.

All features are int64 lists. The bytes are written here, without TensorFlow's message classes
(which cost far more than packing and tokenisation): they are what
`tf.train.Example(...).SerializeToString(deterministic=True)` gives. The wire format is described
in https://protobuf.dev/programming-guides/encoding/.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from selectra_pipeline.records.example import Example

INPUT_IDS, INPUT_MASK, SEGMENT_IDS = "input_ids", "input_mask", "segment_ids"
SEGMENT_A_LENGTH = "segment_a_length"

Format = Literal["unpadded", "padded"]


@functools.cache  # few different numbers: ids and lengths
def varint(number: int) -> bytes:
    """A number >= 0 in base 128, lowest digits first; the high bit says that more follow."""
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field (wire type 2)."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def _int64_feature(name: str, packed_values: bytes) -> bytes:
    """An entry of `Features.feature`: map<string, Feature>, with a non-empty list of varints."""
    return _int64_feature_head(name, len(packed_values)) + packed_values


@functools.cache  # lengths are few, too
def _int64_feature_head(name: str, length: int) -> bytes:
    """All that stands before `length` bytes of varints, which end every message around them."""
    values = bytes(length)
    int64_list = _field(1, values)  # Int64List.value
    feature = _field(3, int64_list)  # Feature.int64_list
    entry = _field(1, _field(1, name.encode()) + _field(2, feature))
    return entry[: len(entry) - length]


def _varints(vocabulary_size: int) -> Callable[[np.ndarray], tuple[bytes, np.ndarray]]:
    """The function that writes ids as varints: the bytes, and where each one ends in them."""
    table = [varint(number) for number in range(vocabulary_size)]
    lengths = np.array([len(digits) for digits in table])
    longest = max(lengths)
    digits = np.frombuffer(b"".join(d.ljust(longest) for d in table), np.uint8)
    digits = digits.reshape(-1, longest)  # [vocabulary_size, longest]
    filled = np.arange(longest) < lengths[:, np.newaxis]

    def write(ids: np.ndarray) -> tuple[bytes, np.ndarray]:
        rows, mask = digits.take(ids, axis=0), filled.take(ids, axis=0)
        return rows[mask].tobytes(), np.cumsum(lengths.take(ids))

    return write


def serializer(
    record_format: Format, sequence_length: int, vocabulary_size: int
) -> Callable[[Sequence[Example]], Iterator[bytes]]:
    """The function that writes examples as bytes in a format; far faster for many at once.

    Args:
        record_format: "unpadded" or "padded".
        sequence_length: what the padded format pads to.
        vocabulary_size: ids are below this (an id outside raises IndexError).
    """
    write_varints = _varints(vocabulary_size)

    def unpadded(example: Example, ids: bytes) -> bytes:
        return _field(
            1,
            _int64_feature(INPUT_IDS, ids)
            + _int64_feature(SEGMENT_A_LENGTH, varint(example.segment_a_length)),
        )

    def padded(example: Example, ids: bytes) -> bytes:
        length, first = len(example.input_ids), example.segment_a_length
        padding = bytes(sequence_length - length)
        return _field(
            1,
            _int64_feature(INPUT_IDS, ids + padding)
            + _int64_feature(INPUT_MASK, b"\1" * length + padding)
            + _int64_feature(SEGMENT_IDS, bytes(first) + b"\1" * (length - first) + padding),
        )

    write_example = {"unpadded": unpadded, "padded": padded}[record_format]

    def serialize(examples: Sequence[Example]) -> Iterator[bytes]:
        if not examples:
            return
        content, ends = write_varints(np.concatenate([e.input_ids for e in examples]))
        last = np.cumsum([len(e.input_ids) for e in examples]) - 1
        for example, (start, end) in zip(
            examples, pairwise([0, *ends[last].tolist()]), strict=True
        ):
            yield write_example(example, content[start:end])

    return serialize
