import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.example import IGNORED, Example

TOKENS = tf.TensorSpec([None, None], tf.int32)
LENGTHS = [3, 16, 17, 5, 70, 33, 64, 9, 65, 4]


def examples(lengths):
    return [
        Example([2, *[7 + n] * (length - 2), 3], [IGNORED, *[1] * (length - 2), IGNORED])
        for n, length in enumerate(lengths)
    ]


@pytest.fixture
def batches():
    return LengthBatches(examples(LENGTHS), 2, 70, TOKENS)


@pytest.mark.parametrize("groups", [LengthBatches.in_order, lambda b: b.shuffled((1, 0))])
def test_every_example_comes_once(batches, groups):
    found = groups(batches)
    assert sorted(index for group in found for index in group) == list(range(len(LENGTHS)))
    assert all(1 <= len(group) <= 2 for group in found)


def test_in_order_the_examples_of_a_batch_have_the_same_static_length(batches):
    shapes = {}
    for group in batches.in_order():
        batch = batches.pad(group)
        rows, length = batch.labels.shape
        assert rows == 2
        shapes.setdefault(length, set()).update(LENGTHS[index] for index in group)
    assert shapes == {8: {3, 4, 5}, 16: {9, 16}, 40: {17, 33}, 70: {64, 65, 70}}


def test_a_length_that_fills_no_batch_is_not_used():
    assert LengthBatches(examples([8] * 4 + [16, 120]), 4, 512, TOKENS).lengths == [8, 120]
    assert LengthBatches(examples([8] * 3 + [16, 120]), 4, 512, TOKENS).lengths == [16, 120]
    assert LengthBatches(examples([8, 16, 400]), 4, 400, TOKENS).lengths == [400]


def test_padding_is_masked_and_ignored(batches):
    batch = batches.pad([3])
    ids, mask, segments = (field.numpy() for field in batch.inputs)
    assert ids.shape == mask.shape == segments.shape == (2, 8)
    np.testing.assert_array_equal(mask, [[1] * 5 + [0] * 3, [0] * 8])
    np.testing.assert_array_equal(ids[0], [2, 10, 10, 10, 3] + [0] * 3)
    assert not ids[1].any()
    assert not segments.any()
    expected = [IGNORED, 1, 1, 1, IGNORED] + [IGNORED] * 3
    np.testing.assert_array_equal(batch.labels.numpy(), [expected, [IGNORED] * 8])


def test_the_order_is_the_seeds_and_differs_between_epochs(batches):
    assert batches.shuffled((1, 0)) == batches.shuffled((1, 0))
    orders = {str(batches.shuffled((seed, epoch))) for seed in (1, 2) for epoch in (0, 1)}
    assert len(orders) == 4


def test_shuffled_batches_are_full_but_for_the_last_and_as_long_as_their_longest(batches):
    odd = LengthBatches(examples([*LENGTHS, 8]), 2, 70, TOKENS)
    groups = odd.shuffled((1, 0))
    assert [len(group) for group in groups] == [2, 2, 2, 2, 2, 1]
    lengths = [[*LENGTHS, 8][index] for group in groups for index in group]
    assert len(set(lengths)) > 1
    for group in groups:
        longest = max([*LENGTHS, 8][index] for index in group)
        static = next(length for length in odd.lengths if length >= longest)
        assert odd.pad(group).labels.shape == (2, static)


def test_a_batch_is_cut_by_length_into_parts_of_as_many_rows():
    lengths = [60, 5, 33, 7, 16, 64, 8, 24, 9, 40]
    odd = LengthBatches(examples(lengths), 10, 64, TOKENS)
    parts = odd.parts(list(range(10)))
    assert [part.labels.shape[0] for part in parts] == [3, 3, 3, 3]
    rows = [int(n) for part in parts for n in part.inputs.input_mask.numpy().sum(axis=1)]
    assert rows == [*sorted(lengths), 0, 0]
    assert len(odd.parts([2, 4])) == 1  # no part is empty


def test_shuffled_batches_do_not_tell_the_length_of_an_example():
    """Or they told its class, where texts of one class are short."""
    short_and_long = LengthBatches(examples([8] * 500 + [64] * 500), 10, 64, TOKENS)
    long_ones = [sum(index >= 500 for index in g) for g in short_and_long.shuffled((1, 0))]
    assert np.std(long_ones) < 2  # of 10: 1.6 for a fair draw, 5 for batches of one length
    assert np.mean(long_ones) == 5


def padded(example, label_spec):
    return LengthBatches([example], 2, 16, label_spec).pad([0])


def test_the_second_text_is_segment_1():
    batch = padded(
        Example([2, 7, 3, 8, 9, 3], 0, second_segment=3), tf.TensorSpec([None], tf.int32)
    )
    np.testing.assert_array_equal(batch.inputs.segment_ids[0], [0, 0, 0, 1, 1, 1, 0, 0])
    assert not batch.inputs.segment_ids[1].numpy().any()


@pytest.mark.parametrize(
    ("labels", "spec", "expected"),
    [
        (2, tf.TensorSpec([None], tf.int32), [2, IGNORED]),
        (0.5, tf.TensorSpec([None], tf.float32), [0.5, np.nan]),
        ([1, 2], tf.TensorSpec([None, 2], tf.int32), [[1, 2], [IGNORED] * 2]),
        ([IGNORED, 4, IGNORED], TOKENS, [[IGNORED, 4, *[IGNORED] * 6], [IGNORED] * 8]),
    ],
)
def test_labels_have_the_shape_of_the_task(labels, spec, expected):
    batch = padded(Example([2, 7, 3], labels), spec)
    assert spec.is_compatible_with(batch.labels)
    np.testing.assert_array_equal(batch.labels, expected)
