"""Batches of examples, padded to one of a few lengths.

The fused groups of a step are compiled once a shape: few shapes keep that cheap, several of them
spare short examples the cost of long ones. Prediction goes by length. Training does not: where the
length of a text tells of its class, batches of one length are batches of few classes, and what they
teach pulls to and fro (docs/evaluation.md). There the batch is drawn at random, and cut by length
into parts whose gradients are added up.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.records.reader import Batch

LENGTHS = (*range(8, 129, 8), 192, 256, 384, 512)

PARTS = 4  # of a batch in training: of CoNLL-2002, 1.36 times the tokens, where one part has 2.32

Group = list[int]  # indices of the examples of one batch


class LabelledBatch(NamedTuple):
    """Model inputs, and labels as a task's `label_spec` says.

    Rows that fill up a batch have the label `IGNORED`, or NaN where labels are numbers.
    """

    inputs: Batch
    labels: tf.Tensor


class LengthBatches:
    """Groups examples into batches, each as long as a static length.

    Args:
        examples: each of at most `max_length` ids.
        batch_size: rows of every batch; in the last of a length some are empty.
        max_length: the longest static length.
        label_spec: of a batch's labels; an axis of None is as long as the batch's sequences.

    Attributes:
        lengths: those of `LENGTHS` that fill a batch, and the longest that is needed. Examples
            that are too few for a batch of their own length join those of the next.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        batch_size: int,
        max_length: int,
        label_spec: tf.TensorSpec,
    ) -> None:
        self.examples, self.batch_size, self.label_spec = examples, batch_size, label_spec
        allowed = [*(length for length in LENGTHS if length < max_length), max_length]
        needed = Counter(_padded(len(example.input_ids), allowed) for example in examples)
        self.lengths = _that_fill_a_batch(needed, batch_size)

    def in_order(self) -> list[Group]:
        """Every example once, those of a static length together, the short ones first."""
        by_length: dict[int, Group] = {length: [] for length in self.lengths}
        for index in range(len(self.examples)):
            by_length[self._static_length(index)].append(index)
        return [group for indices in by_length.values() for group in _cut(indices, self.batch_size)]

    def shuffled(self, seed: Sequence[int]) -> list[Group]:
        """Every example once, in an order that `seed` decides, whatever their lengths."""
        order = np.random.default_rng(seed).permutation(len(self.examples))
        return _cut(order.tolist(), self.batch_size)

    def pad(self, group: Group) -> LabelledBatch:
        """The batch of a group, [batch_size, static length]."""
        return self._pad(group, self.batch_size)

    def parts(self, group: Group) -> list[LabelledBatch]:
        """The batch of a group in at most `PARTS` parts of as many rows, the short ones first."""
        by_length = sorted(group, key=lambda index: len(self.examples[index].input_ids))
        rows = math.ceil(self.batch_size / PARTS)
        return [self._pad(part, rows) for part in _cut(by_length, rows)]

    def _pad(self, group: Group, rows: int) -> LabelledBatch:
        """[rows, static length]."""
        shape = (rows, max(map(self._static_length, group)))
        input_ids, input_mask, segment_ids = (np.zeros(shape, np.int32) for _ in Batch._fields)
        labels = self._no_labels(shape)
        for row, index in enumerate(group):
            example = self.examples[index]
            length = len(example.input_ids)
            input_ids[row, :length] = example.input_ids
            input_mask[row, :length] = 1
            if example.second_segment is not None:
                segment_ids[row, example.second_segment : length] = 1
            if labels.ndim == 1:
                labels[row] = example.labels
            else:
                labels[row, : len(example.labels)] = example.labels
        inputs = Batch(*map(tf.constant, (input_ids, input_mask, segment_ids)))
        return LabelledBatch(inputs, tf.constant(labels))

    def _no_labels(self, shape: tuple[int, int]) -> np.ndarray:
        """The labels of a batch whose ids have this shape, none of which counts."""
        dtype = self.label_spec.dtype.as_numpy_dtype
        axes = [shape[1] if axis is None else axis for axis in self.label_spec.shape[1:]]
        nothing = np.nan if np.issubdtype(dtype, np.floating) else IGNORED
        return np.full([shape[0], *axes], nothing, dtype)

    def _static_length(self, index: int) -> int:
        return _padded(len(self.examples[index].input_ids), self.lengths)


def _cut(indices: Group, size: int) -> list[Group]:
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def _padded(length: int, lengths: Sequence[int]) -> int:
    return next(static for static in lengths if static >= length)


def _that_fill_a_batch(needed: Mapping[int, int], batch_size: int) -> list[int]:
    """needed: by length, the number of examples that are padded to it."""
    filled, waiting = [], 0
    for length in sorted(needed):
        waiting += needed[length]
        if waiting >= batch_size or length == max(needed):
            filled.append(length)
            waiting = 0
    return filled
