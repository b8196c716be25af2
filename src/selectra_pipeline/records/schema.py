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
from collections.abc import Callable
from typing import Literal

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
    int64_list = _field(1, packed_values)  # Int64List.value
    feature = _field(3, int64_list)  # Feature.int64_list
    return _field(1, _field(1, name.encode()) + _field(2, feature))


def serializer(
    record_format: Format, sequence_length: int, vocabulary_size: int
) -> Callable[[Example], bytes]:
    """The function that writes an example as bytes in a format.

    Args:
        record_format: "unpadded" or "padded".
        sequence_length: what the padded format pads to.
        vocabulary_size: ids are below this (an id outside raises IndexError).
    """
    id_varints = [varint(number) for number in range(vocabulary_size)]

    def ids(example: Example) -> bytes:
        return b"".join([id_varints[i] for i in example.input_ids])

    def unpadded(example: Example) -> bytes:
        return _field(
            1,
            _int64_feature(INPUT_IDS, ids(example))
            + _int64_feature(SEGMENT_A_LENGTH, varint(example.segment_a_length)),
        )

    def padded(example: Example) -> bytes:
        length, first = len(example.input_ids), example.segment_a_length
        padding = bytes(sequence_length - length)
        return _field(
            1,
            _int64_feature(INPUT_IDS, ids(example) + padding)
            + _int64_feature(INPUT_MASK, b"\1" * length + padding)
            + _int64_feature(SEGMENT_IDS, bytes(first) + b"\1" * (length - first) + padding),
        )

    return {"unpadded": unpadded, "padded": padded}[record_format]
