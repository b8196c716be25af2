import random

import pytest
import tensorflow as tf

from selectra_pipeline.records.example import Example
from selectra_pipeline.records.schema import serializer, varint

LENGTH, SIZE = 600, 70_000
UNPADDED = serializer("unpadded", LENGTH, SIZE)
PADDED = serializer("padded", LENGTH, SIZE)


def message(**features):
    """The same record by TensorFlow's own classes."""
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                name: tf.train.Feature(int64_list=tf.train.Int64List(value=values))
                for name, values in features.items()
            }
        )
    ).SerializeToString(deterministic=True)


def random_example(seed):
    rng = random.Random(seed)
    length = rng.choice([1, 3, 127, 128, LENGTH, rng.randint(3, LENGTH)])
    limit = rng.choice([128, 129, 16_384, 16_386, SIZE])
    ids = [0, limit - 1, *(rng.randrange(limit) for _ in range(length - 2))][:length]
    return Example(ids, rng.randint(1, length))


@pytest.mark.parametrize("seed", range(60))
def test_unpadded_bytes_are_those_of_tensorflow(seed):
    example = random_example(seed)
    assert list(UNPADDED([example])) == [
        message(input_ids=example.input_ids, segment_a_length=[example.segment_a_length])
    ]


@pytest.mark.parametrize("seed", range(60))
def test_padded_bytes_are_those_of_tensorflow(seed):
    example = random_example(seed)
    length, first = len(example.input_ids), example.segment_a_length
    padding = [0] * (LENGTH - length)
    assert list(PADDED([example])) == [
        message(
            input_ids=example.input_ids + padding,
            input_mask=[1] * length + padding,
            segment_ids=[0] * first + [1] * (length - first) + padding,
        )
    ]


@pytest.mark.parametrize("serialize", [UNPADDED, PADDED])
def test_many_examples_have_the_bytes_that_each_has_alone(serialize):
    examples = [random_example(seed) for seed in range(20)]
    assert list(serialize(examples)) == [b for e in examples for b in serialize([e])]
    assert list(serialize([])) == []


def test_parse_example_reads_them_back():
    example = Example([2, 70, 20_000, 3, 69_999, 3], 4)
    parsed = tf.io.parse_example(
        list(serializer("unpadded", 8, SIZE)([example])),
        {
            "input_ids": tf.io.RaggedFeature(tf.int64),
            "segment_a_length": tf.io.FixedLenFeature([], tf.int64),
        },
    )
    assert parsed["input_ids"].to_list() == [example.input_ids]
    assert parsed["segment_a_length"].numpy().tolist() == [4]
    (record,) = serializer("padded", 8, SIZE)([example])
    padded = tf.train.Example.FromString(record).features.feature
    assert list(padded["input_ids"].int64_list.value) == [2, 70, 20_000, 3, 69_999, 3, 0, 0]
    assert list(padded["input_mask"].int64_list.value) == [1, 1, 1, 1, 1, 1, 0, 0]
    assert list(padded["segment_ids"].int64_list.value) == [0, 0, 0, 0, 1, 1, 0, 0]


def test_varint_has_seven_bits_a_byte():
    assert varint(0) == b"\x00"
    assert varint(300) == b"\xac\x02"
    assert varint(16_384) == b"\x80\x80\x01"


def test_an_id_outside_the_vocabulary_is_an_error():
    with pytest.raises(IndexError):
        list(serializer("unpadded", 8, 100)([Example([2, 100, 3], 3)]))
