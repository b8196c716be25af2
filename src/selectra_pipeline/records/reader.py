"""Batches of records as a pure function of the step: resuming needs no state of an iterator."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.base import UserError
from selectra_pipeline.records.schema import INPUT_IDS, INPUT_MASK, SEGMENT_A_LENGTH, SEGMENT_IDS
from selectra_pipeline.shards.manifest import Manifest

SHUFFLE_WINDOW = 8192  # examples; shards are shuffled already when they are written
READ_BYTES = 4 << 20  # of a file at a time
LAST_EPOCH = 2**31 - 1  # a dataset that counts up to here is endless
SHARD_STREAM, WINDOW_STREAM = 0, 1  # keep the random numbers of the permutations apart


class Batch(NamedTuple):
    """int32 tensors [batch, sequence length]; padding is 0 in all three."""

    input_ids: tf.Tensor
    input_mask: tf.Tensor
    segment_ids: tf.Tensor


class CorruptRecordError(UserError, ValueError):
    """A record file that cannot be read. The message says how to mend it."""


def steps_per_epoch(records: Manifest, batch_size: int) -> int:
    """Whole batches of the train split; the rest of an epoch is left out.

    Raises:
        ValueError: the split does not fill one batch.
    """
    count = records.count("train")
    if not 1 <= batch_size <= count:
        raise ValueError(
            f"batch_size={batch_size} does not fit the train split of {count} examples in "
            f"{records.directory}; choose from 1 to {count}, or ingest more text"
        )
    return count // batch_size


def training_batches(
    records: Manifest,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    length_buckets: Sequence[int] = (),
) -> tf.data.Dataset:
    """Endless dataset of `Batch`es of the train split, from `start_step` on.

    Each epoch reads the shards in another order and shuffles examples within windows of about
    SHUFFLE_WINDOW. Batch number n depends on the arguments and n only: starting at a step gives
    what skipping that many batches would give, and does not read what it skips (but for the part of
    a window).

    Args:
        length_buckets: lengths below the records' own; examples of a window are then batched by
            length, each batch padded to the shortest bucket that holds it.
    """
    steps = steps_per_epoch(records, batch_size)
    first_epoch, skipped_steps = divmod(start_step, steps)
    batches_per_window = max(1, SHUFFLE_WINDOW // batch_size)
    lengths = [*length_buckets, records.facts["sequence_length"]]
    parse = _parser(records)

    def group(serialized: tf.Tensor) -> tf.Tensor:
        """Examples [n] in the order of their bucket: a batch holds what is next to each other."""
        if not length_buckets:
            return serialized
        used = tf.reduce_sum(parse(serialized).input_mask, axis=1)
        bucket = tf.searchsorted(tf.constant(lengths, tf.int64), used)
        return tf.gather(serialized, tf.argsort(bucket, stable=True))

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        skipped = tf.where(number == first_epoch, tf.constant(skipped_steps, tf.int64), 0)
        first_window = skipped // batches_per_window
        examples_per_window = batches_per_window * batch_size
        examples = _ordered_shards(records, seed, number, first_window * examples_per_window)

        def to_batches(window: tf.Tensor, serialized: tf.Tensor) -> tf.data.Dataset:
            order, places = (_seed(seed, WINDOW_STREAM, number, window, i) for i in range(2))
            count = tf.size(serialized) // batch_size * batch_size
            chosen = _shuffle(serialized, order)[:count]
            batches = _shuffle(tf.reshape(group(chosen), [-1, batch_size]), places)
            done = tf.where(window == first_window, skipped % batches_per_window, 0)
            return tf.data.Dataset.from_tensor_slices(batches[done:])

        windows = examples.batch(examples_per_window).enumerate(first_window)
        return windows.flat_map(to_batches)

    epochs = tf.data.Dataset.range(first_epoch, LAST_EPOCH)
    return _parsed(epochs.flat_map(epoch), records, batch_size, lengths)


def heldout_batches(
    records: Manifest, batch_size: int, max_batches: int | None = None
) -> tf.data.Dataset:
    """`Batch`es of the heldout split in stored order, once; None means all of them.

    The last batch is filled up with rows of zeros, so that all have the same shape.
    """
    paths = [str(path) for path in records.paths("heldout")]
    serialized = tf.data.TFRecordDataset(paths, buffer_size=READ_BYTES).batch(batch_size)
    if max_batches is not None:
        serialized = serialized.take(max_batches)
    return _parsed(serialized, records, batch_size, [records.facts["sequence_length"]])


@contextlib.contextmanager
def record_errors(records: Manifest) -> Iterator[None]:
    """Turn TensorFlow's "corrupted record" inside the block into an error that names the file.

    Raises:
        ManifestError: a file is not what was written; the message names it.
        CorruptRecordError: all files are what was written, and yet they cannot be read.
    """
    try:
        yield
    except tf.errors.DataLossError as error:
        records.verify()
        raise CorruptRecordError(
            f"a record file in {records.directory} cannot be read although its checksum is right "
            f"({error.message}); delete that directory and run the records stage again"
        ) from error


def _ordered_shards(
    records: Manifest, seed: int, epoch: tf.Tensor, skipped: tf.Tensor
) -> tf.data.Dataset:
    """Serialised examples of the train split, shards permuted, without the first `skipped` ones."""
    order = _shuffle(tf.range(len(records.shards["train"])), _seed(seed, SHARD_STREAM, epoch))
    paths = tf.gather([str(path) for path in records.paths("train")], order)
    counts = tf.gather(
        tf.constant([shard.count for shard in records.shards["train"]], tf.int64), order
    )
    skipped_in_shard = skipped - tf.cumsum(counts, exclusive=True)
    wanted = skipped_in_shard < counts  # the others are not even opened
    shards = tf.data.Dataset.from_tensor_slices(
        (tf.boolean_mask(paths, wanted), tf.boolean_mask(skipped_in_shard, wanted))
    )
    return shards.flat_map(
        lambda path, skip: tf.data.TFRecordDataset(path, buffer_size=READ_BYTES).skip(
            tf.maximum(skip, 0)
        )
    )


def _shuffle(values: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    return tf.random.experimental.stateless_shuffle(values, seed, alg="philox")


def _seed(seed: int, *numbers: tf.Tensor | int) -> tf.Tensor:
    """A seed for stateless random numbers that depends on all of `numbers`."""
    folded = tf.constant([seed, 0], tf.int64)
    for number in numbers:
        folded = tf.random.experimental.stateless_fold_in(folded, tf.cast(number, tf.int64))
    return folded


def _parsed(
    serialized: tf.data.Dataset, records: Manifest, batch_size: int, lengths: Sequence[int]
) -> tf.data.Dataset:
    """Batches of bytes to `Batch`es. Parsing whole batches is the fast way.

    A batch is as long as the first of the ascending `lengths` that holds its longest example.
    """
    parse = _parser(records)
    shape = (batch_size, lengths[0] if len(lengths) == 1 else None)

    def to_batch(examples: tf.Tensor) -> Batch:
        missing = batch_size - tf.shape(examples)[0]
        batch = parse(examples)
        length = tf.constant(lengths[0])
        if len(lengths) > 1:
            longest = tf.reduce_max(tf.reduce_sum(batch.input_mask, axis=1))
            length = tf.gather(lengths, tf.searchsorted(lengths, [tf.cast(longest, tf.int32)]))[0]
        tensors = [
            tf.ensure_shape(
                tf.pad(tf.cast(tensor, tf.int32)[:, :length], [[0, missing], [0, 0]]), shape
            )
            for tensor in batch
        ]
        return Batch(*tensors)

    batches = serialized.map(to_batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return batches.prefetch(tf.data.AUTOTUNE)


def _parser(records: Manifest) -> Callable[[tf.Tensor], Batch]:
    """The function from serialised examples [n] to a `Batch` of int64 [n, sequence length]."""
    length = records.facts["sequence_length"]

    def parse_padded(examples: tf.Tensor) -> Batch:
        features = {
            name: tf.io.FixedLenFeature([length], tf.int64)
            for name in (INPUT_IDS, INPUT_MASK, SEGMENT_IDS)
        }
        return Batch(**tf.io.parse_example(examples, features))

    def parse_unpadded(examples: tf.Tensor) -> Batch:
        features = {
            INPUT_IDS: tf.io.RaggedFeature(tf.int64),
            SEGMENT_A_LENGTH: tf.io.FixedLenFeature([], tf.int64),
        }
        parsed = tf.io.parse_example(examples, features)
        ids = parsed[INPUT_IDS]
        real = tf.sequence_mask(ids.row_lengths(), length)  # [n, length]
        in_segment_a = tf.sequence_mask(parsed[SEGMENT_A_LENGTH], length)
        return Batch(
            input_ids=ids.to_tensor(shape=[None, length]),
            input_mask=tf.cast(real, tf.int64),
            segment_ids=tf.cast(real & ~in_segment_a, tf.int64),
        )

    return {"padded": parse_padded, "unpadded": parse_unpadded}[records.facts["format"]]
