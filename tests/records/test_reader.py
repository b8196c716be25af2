import random
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.records import reader
from selectra_pipeline.records.example import Example
from selectra_pipeline.records.reader import (
    heldout_batches,
    record_errors,
    steps_per_epoch,
    training_batches,
)
from selectra_pipeline.records.schema import serializer
from selectra_pipeline.shards.manifest import Manifest, ManifestError, Shard

LENGTH, SIZE = 12, 20_000
TRAIN_COUNTS, HELDOUT_COUNTS = (17, 5, 0, 30, 11), (6, 5)
COUNT = sum(TRAIN_COUNTS)


def numbered_examples(count, first):
    """Examples whose second id tells them apart."""
    rng = random.Random(first)
    for number in range(first, first + count):
        length = rng.randint(5, LENGTH)
        ids = [2, number, *(rng.randrange(10, SIZE) for _ in range(length - 3)), 3]
        yield Example(ids, rng.randint(3, length))


def write_split(directory, split, counts, record_format):
    serialize, first, shards = serializer(record_format, LENGTH, SIZE), 1000, []
    for index, count in enumerate(counts):
        path = directory / f"{split}-{index}.tfrecord"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in serialize(list(numbered_examples(count, first))):
                writer.write(record)
        first += count
        shards.append(Shard.describe(path, count))
    return tuple(shards)


def make_records(directory: Path, record_format="unpadded") -> Manifest:
    directory.mkdir()
    shards = {
        "train": write_split(directory, "train", TRAIN_COUNTS, record_format),
        "heldout": write_split(directory, "heldout", HELDOUT_COUNTS, record_format),
    }
    facts = {"sequence_length": LENGTH, "format": record_format}
    return Manifest(directory, "records", "fingerprint", shards, facts)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return make_records(tmp_path_factory.mktemp("reader") / "unpadded")


@pytest.fixture
def small_windows(monkeypatch):
    monkeypatch.setattr(reader, "SHUFFLE_WINDOW", 8)


def take(dataset, count):
    return [np.stack(batch) for batch in dataset.take(count).as_numpy_iterator()]


def numbers(batches):
    return [int(number) for batch in batches for number in batch[0][:, 1]]


def test_batches_have_static_shapes_and_int32(records):
    spec = training_batches(records, batch_size=4, seed=1).element_spec
    assert [(tensor.shape.as_list(), tensor.dtype) for tensor in spec] == [
        ([4, LENGTH], tf.int32)
    ] * 3
    assert heldout_batches(records, batch_size=4).element_spec == spec


@pytest.mark.usefixtures("small_windows")
def test_an_epoch_has_every_example_at_most_once_and_drops_less_than_a_batch(records):
    assert steps_per_epoch(records, 5) == COUNT // 5 == 12
    seen = numbers(take(training_batches(records, batch_size=5, seed=1), 12))
    assert len(set(seen)) == len(seen) == 60
    assert set(seen) < set(range(1000, 1000 + COUNT))


@pytest.mark.usefixtures("small_windows")
def test_starting_at_a_step_is_skipping_the_steps_before_it(records):
    unbroken = take(training_batches(records, batch_size=5, seed=3), 40)
    for start_step in (1, 4, 11, 12, 13, 31):  # an epoch has 12
        resumed = take(training_batches(records, batch_size=5, seed=3, start_step=start_step), 9)
        np.testing.assert_array_equal(unbroken[start_step : start_step + 9], resumed)


def test_skipped_shards_are_not_opened(records, monkeypatch, tmp_path):
    monkeypatch.setattr(reader, "SHUFFLE_WINDOW", 1)
    moved = make_records(tmp_path / "moved")
    expected = take(training_batches(moved, batch_size=1, seed=1, start_step=COUNT - 1), 1)
    last = numbers(expected)[0] - 1000
    for shard, end in zip(moved.shards["train"], np.cumsum(TRAIN_COUNTS), strict=True):
        if not end - shard.count <= last < end:
            (moved.directory / shard.name).unlink()
    resumed = take(training_batches(moved, batch_size=1, seed=1, start_step=COUNT - 1), 1)
    np.testing.assert_array_equal(resumed, expected)


@pytest.mark.usefixtures("small_windows")
def test_epochs_and_seeds_have_orders_of_their_own(records):
    two_epochs = numbers(take(training_batches(records, batch_size=1, seed=1), 2 * COUNT))
    first, second = two_epochs[:COUNT], two_epochs[COUNT:]
    other_seed = numbers(take(training_batches(records, batch_size=1, seed=2), COUNT))
    assert sorted(first) == sorted(second) == sorted(other_seed) == sorted(set(first))
    assert first != second
    assert first != other_seed
    assert first != sorted(first)


def test_a_window_shuffles_across_shards(records):
    first = numbers(take(training_batches(records, batch_size=1, seed=1), COUNT))
    shard_of = np.searchsorted(np.cumsum(TRAIN_COUNTS), np.array(first) - 1000, side="right")
    changes = np.count_nonzero(np.diff(shard_of))
    assert changes > len(TRAIN_COUNTS)  # one after the other would change shard 3 times


def test_ids_mask_and_segments_are_those_of_the_examples(records):
    (batch,) = take(heldout_batches(records, batch_size=11), 1)
    for row, example in enumerate([*numbered_examples(6, 1000), *numbered_examples(5, 1006)]):
        length, padding = len(example.input_ids), [0] * (LENGTH - len(example.input_ids))
        first, second = example.segment_a_length, length - example.segment_a_length
        assert batch[0, row].tolist() == example.input_ids + padding
        assert batch[1, row].tolist() == [1] * length + padding
        assert batch[2, row].tolist() == [0] * first + [1] * second + padding


def test_both_formats_give_the_same_batches(records, tmp_path):
    padded = make_records(tmp_path / "padded", "padded")
    for batches in (
        lambda source: take(training_batches(source, batch_size=5, seed=1), 14),
        lambda source: take(heldout_batches(source, batch_size=4), 3),
    ):
        np.testing.assert_array_equal(batches(records), batches(padded))


BUCKETS = (7, 9)


def bucketed(records, count, **options):
    """Batches as (ids, mask, segments), whose lengths differ."""
    dataset = training_batches(records, seed=3, length_buckets=BUCKETS, **options)
    return [[x.numpy() for x in batch] for batch in dataset.take(count)]


def test_batches_by_length_are_as_long_as_the_bucket_of_their_longest_example(records):
    batches = bucketed(records, 12, batch_size=5)
    for ids, mask, _ in batches:
        longest = mask.sum(1).max()
        assert ids.shape == (5, next(b for b in (*BUCKETS, LENGTH) if b >= longest))
    assert {ids.shape[1] for ids, _, _ in batches} == {*BUCKETS, LENGTH}


def test_batches_by_length_hold_the_same_examples_at_less_cost(records):
    batches = bucketed(records, 12, batch_size=5)
    seen = numbers(batches)
    assert len(set(seen)) == len(seen) == 60
    examples = {e.input_ids[1]: e for e in numbered_examples_of("train")}
    for ids, mask, _ in batches:
        for row, used in zip(ids, mask.sum(1), strict=True):
            assert row[:used].tolist() == examples[row[1]].input_ids
    assert sum(ids.size for ids, _, _ in batches) < 0.9 * 60 * LENGTH


def numbered_examples_of(split):
    first = 1000
    for count in {"train": TRAIN_COUNTS, "heldout": HELDOUT_COUNTS}[split]:
        yield from numbered_examples(count, first)
        first += count


def test_batches_by_length_come_in_random_order(records):
    lengths = [ids.shape[1] for ids, _, _ in bucketed(records, 12, batch_size=5)]
    assert lengths != sorted(lengths)
    assert lengths != sorted(lengths, reverse=True)


@pytest.mark.parametrize("window", [8, 8192])
def test_batches_by_length_resume_like_others(records, monkeypatch, window):
    monkeypatch.setattr(reader, "SHUFFLE_WINDOW", window)
    unbroken = bucketed(records, 40, batch_size=5)
    for start_step in (1, 11, 12, 31):  # an epoch has 12
        resumed = bucketed(records, 9, batch_size=5, start_step=start_step)
        for ours, theirs in zip(resumed, unbroken[start_step:], strict=False):
            for x, y in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(x, y)


def test_both_formats_give_the_same_batches_by_length(records, tmp_path):
    padded = make_records(tmp_path / "padded", "padded")
    for ours, theirs in zip(
        bucketed(padded, 14, batch_size=5), bucketed(records, 14, batch_size=5), strict=True
    ):
        for x, y in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(x, y)


def test_heldout_is_in_order_and_filled_up_with_empty_rows(records):
    batches = take(heldout_batches(records, batch_size=4), 10)
    assert len(batches) == 3
    assert numbers(batches) == [*range(1000, 1011), 0]
    assert not batches[-1][:, 3].any()


def test_heldout_stops_after_max_batches(records):
    assert numbers(take(heldout_batches(records, batch_size=4, max_batches=2), 10)) == [
        *range(1000, 1008)
    ]


def test_a_batch_larger_than_the_split_says_what_to_do(records):
    with pytest.raises(ValueError, match=f"choose from 1 to {COUNT}, or ingest more text"):
        training_batches(records, batch_size=COUNT + 1, seed=1)


@pytest.mark.parametrize("damage", ["truncated", "changed"])
def test_a_damaged_file_is_named(tmp_path, damage):
    damaged = make_records(tmp_path / "damaged")
    path = damaged.paths("train")[3]
    content = bytearray(path.read_bytes())
    if damage == "changed":
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(content if damage == "changed" else content[:-7])
    with pytest.raises(ManifestError, match=path.name), record_errors(damaged):
        take(training_batches(damaged, batch_size=1, seed=1), COUNT)
