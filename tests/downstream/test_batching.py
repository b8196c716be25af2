import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.downstream.batching import PART_TOKENS, PackedBatches
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
    return PackedBatches(examples(LENGTHS), 2, 70, TOKENS)


def shape(batch):
    return tuple(batch.inputs.tokens.shape)


def real_tokens(batch):
    return batch.inputs.padded.input_ids.numpy()[batch.inputs.padded.input_mask.numpy() == 1]


@pytest.mark.parametrize("groups", [PackedBatches.in_order, lambda b: b.shuffled((1, 0))])
def test_every_example_comes_once(batches, groups):
    found = groups(batches)
    assert sorted(index for group in found for index in group) == list(range(len(LENGTHS)))
    assert all(1 <= len(group) <= 2 for group in found)


def test_in_order_long_and_short_examples_are_spread_over_the_batches():
    batches = PackedBatches(examples([*range(10, 42)] * 4), 16, 64, TOKENS)
    groups = batches.in_order()
    means = [np.mean([len(batches.examples[index].input_ids) for index in g]) for g in groups]
    assert np.ptp(means) < 2  # of sorted batches it would be 28
    assert len({shape(batches.pack(group)) for group in groups}) == 1


def test_in_order_examples_that_need_longer_rows_have_batches_of_their_own():
    batches = PackedBatches(examples([20] * 30 + [200, 300]), 4, 512, TOKENS)
    lengths = [
        sorted(len(batches.examples[index].input_ids) for index in group)
        for group in batches.in_order()
    ]
    assert lengths[-2:] == [[200], [300]]
    assert all(set(of_group) == {20} for of_group in lengths[:-2])
    assert [shape(batches.pack(group)) for group in batches.in_order()][-2:] == [(1, 256), (1, 384)]


def test_rows_are_as_long_as_costs_least():
    assert PackedBatches(examples([90] * 64), 32, 512, TOKENS).row_lengths[0] == 96
    assert PackedBatches(examples([64] * 64), 32, 512, TOKENS).row_lengths[0] == 64
    assert PackedBatches(examples([40, 50, 32] * 32), 32, 512, TOKENS).row_lengths[0] > 64
    assert PackedBatches(examples([70] * 64), 32, 70, TOKENS).row_lengths == [70]


def test_a_batch_of_one_example_is_hardly_longer_than_it():
    alone = PackedBatches(examples([3, 20, 300]), 1, 512, TOKENS)
    assert [shape(alone.pack([index])) for index in range(3)] == [(1, 8), (1, 24), (1, 384)]


def test_padding_is_masked_and_ignored(batches):
    batch = batches.pack([3])
    ids, mask, segments = (field.numpy() for field in batch.inputs.padded)
    length = batches.row_lengths[0]
    assert ids.shape == mask.shape == segments.shape == (2, length)
    np.testing.assert_array_equal(mask[0], [1] * 5 + [0] * (length - 5))
    np.testing.assert_array_equal(ids[0], [2, 10, 10, 10, 3] + [0] * (length - 5))
    assert not ids[1].any()
    assert not mask[1].any()
    assert not segments.any()
    labels = batch.labels.numpy()
    np.testing.assert_array_equal(labels[0, :5], [IGNORED, 1, 1, 1, IGNORED])
    assert (labels[0, 5:] == IGNORED).all()
    assert (labels[1] == IGNORED).all()


def test_the_order_is_the_seeds_and_differs_between_epochs(batches):
    assert batches.shuffled((1, 0)) == batches.shuffled((1, 0))
    orders = {str(batches.shuffled((seed, epoch))) for seed in (1, 2) for epoch in (0, 1)}
    assert len(orders) == 4


def test_shuffled_batches_are_full_but_for_the_last(batches):
    odd = PackedBatches(examples([*LENGTHS, 8]), 2, 70, TOKENS)
    groups = odd.shuffled((1, 0))
    assert [len(group) for group in groups] == [2, 2, 2, 2, 2, 1]
    assert len({odd.pack(group).labels.shape[0] for group in groups}) == 1


def test_a_small_batch_is_one_part_and_a_large_one_several_of_bounded_size():
    lengths = [500, 5, 300, 7, 512, 64, 8, 511, 9, 40] * 3
    batches = PackedBatches(examples(lengths), 30, 512, TOKENS)
    few = [1, 3, 6]
    (part,) = batches.parts(few)
    assert shape(part) == shape(batches.pack(few))
    assert sorted(real_tokens(part)) == sorted(real_tokens(batches.pack(few)))
    group = list(range(30))
    parts = batches.parts(group)
    assert len(parts) == 2
    assert all(np.prod(shape(part)) <= PART_TOKENS for part in parts)
    odd_rows = PackedBatches(examples([90] * 64), 64, 512, TOKENS)
    assert [shape(part) for part in odd_rows.parts(list(range(64)))] == [(40, 96), (24, 96)]
    assert {part.labels.shape[0] for part in parts} == {30}
    found = np.concatenate([real_tokens(part) for part in parts])
    assert sorted(found) == sorted(real_tokens(batches.pack(group)))


def test_shuffled_batches_do_not_tell_the_length_of_an_example():
    """Or they told its class, where texts of one class are short."""
    short_and_long = PackedBatches(examples([8] * 500 + [64] * 500), 10, 64, TOKENS)
    long_ones = [sum(index >= 500 for index in g) for g in short_and_long.shuffled((1, 0))]
    assert np.std(long_ones) < 2  # of 10: 1.6 for a fair draw, 5 for batches of one length
    assert np.mean(long_ones) == 5


def packed(example, label_spec):
    return PackedBatches([example], 2, 8, label_spec).pack([0])


def test_the_second_text_is_segment_1():
    batch = packed(
        Example([2, 7, 3, 8, 9, 3], 0, second_segment=3), tf.TensorSpec([None], tf.int32)
    )
    segments = batch.inputs.padded.segment_ids.numpy()
    np.testing.assert_array_equal(segments[0], [0, 0, 0, 1, 1, 1, 0, 0])
    assert not segments[1].any()


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
    batch = packed(Example([2, 7, 3], labels), spec)
    assert spec.is_compatible_with(batch.labels)
    np.testing.assert_array_equal(batch.labels, expected)
