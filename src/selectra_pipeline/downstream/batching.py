"""Batches of examples, in rows of a few lengths.

The fused groups of a step are compiled once a shape, so there are few: the examples of a batch
share rows that are as long as one of `ROW_LENGTHS`, whose number is rounded up. In training a batch
is drawn at random, whatever the lengths: where the length of a text tells of its class, batches of
one length are batches of few classes, and what they teach pulls to and fro (docs/evaluation.md).
"""

import bisect
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.downstream.sequence_packing import PackedBatch, pack, share_rows
from selectra_pipeline.records.reader import Batch

ROW_LENGTHS = (64, 96, 128, 192, 256, 384, 512)
ALONE = (*range(8, 128, 8), *ROW_LENGTHS[2:])  # row lengths of batches of one example
ROW_COUNTS = (*range(1, 8), *range(8, 16, 2), *range(16, 32, 4), *range(32, 513, 8))

PART_TOKENS = 4096  # places of a batch's rows at a time in training, at most: bounds memory

ATTENTION = 1 / 1536  # of a token's cost, for each place of its row, with 256 hidden numbers
SAMPLED_BATCHES = 50  # from which the length of rows is chosen

Group = list[int]  # indices of the examples of one batch


class LabelledBatch(NamedTuple):
    """Model inputs, and labels as a task's `label_spec` says.

    Sequences that fill up a batch have the label `IGNORED`, or NaN where labels are numbers.
    """

    inputs: PackedBatch
    labels: tf.Tensor


class PackedBatches:
    """Groups examples into batches whose sequences share rows.

    Args:
        examples: each of at most `max_length` ids.
        batch_size: sequences of every batch; those that are missing are empty.
        max_length: a length of rows too.
        label_spec: of a batch's labels; an axis of None is as long as the batch's sequences.

    Attributes:
        row_lengths: those that are used, ascending. With batches of several the first is what costs
            least over those drawn at random; a longer sequence takes the next that holds it.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        batch_size: int,
        max_length: int,
        label_spec: tf.TensorSpec,
    ) -> None:
        self.examples, self.batch_size, self.label_spec = examples, batch_size, label_spec
        self._lengths = [len(example.input_ids) for example in examples]
        lengths = ALONE if batch_size == 1 else ROW_LENGTHS
        self.row_lengths = [*(length for length in lengths if length < max_length), max_length]
        if batch_size > 1:
            sample = self.shuffled((0,))[:SAMPLED_BATCHES]
            costs = [self._cost(sample, shortest) for shortest in self.row_lengths]
            cheapest = max(i for i, cost in enumerate(costs) if cost == min(costs))
            self.row_lengths = self.row_lengths[cheapest:]

    def in_order(self) -> list[Group]:
        """Every example once; long and short ones alike in each batch, so that few shapes differ.

        But for those that need longer rows, which have batches of their own.
        """
        by_length = sorted(range(len(self.examples)), key=lambda index: self._lengths[index])
        groups: list[Group] = []
        for _, alike in itertools.groupby(by_length, lambda index: self._row_length([index])):
            indices = list(alike)
            count = -(-len(indices) // self.batch_size)
            groups += [indices[first::count] for first in range(count)]
        return groups

    def shuffled(self, seed: Sequence[int]) -> list[Group]:
        """Every example once, in an order that `seed` decides, whatever their lengths."""
        order = np.random.default_rng(seed).permutation(len(self.examples)).tolist()
        return [
            order[start : start + self.batch_size]
            for start in range(0, len(order), self.batch_size)
        ]

    def pack(self, group: Group) -> LabelledBatch:
        """The batch of a group."""
        length = self._row_length(group)
        return self._laid_out(group, self._rows(group, length), length)

    def parts(self, group: Group) -> list[LabelledBatch]:
        """The batch of a group in parts of at most `PART_TOKENS`, one of them where that is enough.

        Each has as many sequences as the batch; those that are in other parts are empty.
        """
        length = self._row_length(group)
        rows = self._rows(group, length)
        count = max(1, *(count for count in ROW_COUNTS if count * length <= PART_TOKENS))
        parts = []
        for start in range(0, len(rows), count):
            numbers = [number for row in rows[start : start + count] for number in row]
            place = {number: new for new, number in enumerate(numbers)}
            of_part = [[place[number] for number in row] for row in rows[start : start + count]]
            parts.append(self._laid_out([group[number] for number in numbers], of_part, length))
        return parts

    def _laid_out(self, group: Group, rows: Sequence[Sequence[int]], length: int) -> LabelledBatch:
        """length: of the rows, and of the padded sequences."""
        shape = (self.batch_size, length)
        input_ids, input_mask, segment_ids = (np.zeros(shape, np.int32) for _ in Batch._fields)
        labels = self._no_labels(shape)
        for row, index in enumerate(group):
            example, used = self.examples[index], self._lengths[index]
            input_ids[row, :used] = example.input_ids
            input_mask[row, :used] = 1
            if example.second_segment is not None:
                segment_ids[row, example.second_segment : used] = 1
            if labels.ndim == 1:
                labels[row] = example.labels
            else:
                labels[row, : len(example.labels)] = example.labels
        padded = Batch(*map(tf.constant, (input_ids, input_mask, segment_ids)))
        lengths = [self._lengths[index] for index in group]
        packed = pack(padded, lengths, rows, (_at_least(len(rows), ROW_COUNTS), length))
        return LabelledBatch(packed, tf.constant(labels))

    def _no_labels(self, shape: tuple[int, int]) -> np.ndarray:
        """The labels of a batch whose ids have this shape, none of which counts."""
        dtype = self.label_spec.dtype.as_numpy_dtype
        axes = [shape[1] if axis is None else axis for axis in self.label_spec.shape[1:]]
        nothing = np.nan if np.issubdtype(dtype, np.floating) else IGNORED
        return np.full([shape[0], *axes], nothing, dtype)

    def _row_length(self, group: Group) -> int:
        return _at_least(max(self._lengths[index] for index in group), self.row_lengths)

    def _rows(self, group: Group, length: int) -> list[list[int]]:
        return share_rows([self._lengths[index] for index in group], length)

    def _cost(self, groups: Iterable[Group], shortest: int) -> float:
        """Of the tokens of batches, padding among them, in rows of no less than a length."""
        cost = 0.0
        for group in groups:
            length = max(shortest, self._row_length(group))
            rows = _at_least(len(self._rows(group, length)), ROW_COUNTS)
            cost += rows * length * (1 + ATTENTION * length)
        return cost


def _at_least(number: int, ascending: Sequence[int]) -> int:
    """The first that is no less; the number itself beyond the last."""
    index = bisect.bisect_left(ascending, number)
    return ascending[index] if index < len(ascending) else number
