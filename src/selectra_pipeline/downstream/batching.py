"""Batches of examples of similar length, padded to one of a few static lengths.

The fused groups of a step are compiled once a shape: few shapes keep that cheap, several of them
spare short examples the cost of long ones.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.downstream.features import IGNORED, TokenExample
from selectra_pipeline.records.reader import Batch

LENGTHS = (*range(8, 129, 8), 192, 256, 384, 512)

Group = list[int]  # indices of the examples of one batch


class LabelledBatch(NamedTuple):
    """Model inputs, and labels int32 [batch, seq]; rows that fill up a batch are ignored."""

    inputs: Batch
    labels: tf.Tensor


class LengthBatches:
    """Groups examples of one static length into batches.

    Args:
        examples: each of at most `max_length` ids.
        batch_size: rows of every batch; in the last of a length some are empty.
        max_length: the longest static length.

    Attributes:
        lengths: those of `LENGTHS` that fill a batch; what fills none has the next length instead.
    """

    def __init__(self, examples: Sequence[TokenExample], batch_size: int, max_length: int) -> None:
        self.examples, self.batch_size = examples, batch_size
        self.lengths = [*(length for length in LENGTHS if length < max_length), max_length]
        self.lengths = self._that_fill_a_batch()

    def in_order(self) -> list[Group]:
        """Every example once, the short ones first."""
        return self._group(range(len(self.examples)))

    def shuffled(self, seed: Sequence[int]) -> list[Group]:
        """Every example once, in an order that `seed` decides."""
        draw = np.random.default_rng(seed)
        groups = self._group(draw.permutation(len(self.examples)).tolist())
        draw.shuffle(groups)
        return groups

    def pad(self, group: Group) -> LabelledBatch:
        """The batch of a group, [batch_size, static length]."""
        shape = (self.batch_size, max(map(self._static_length, group)))
        input_ids, input_mask, segment_ids = (np.zeros(shape, np.int32) for _ in Batch._fields)
        labels = np.full(shape, IGNORED, np.int32)
        for row, index in enumerate(group):
            example = self.examples[index]
            length = len(example.input_ids)
            input_ids[row, :length] = example.input_ids
            input_mask[row, :length] = 1
            labels[row, :length] = example.labels
        inputs = Batch(*map(tf.constant, (input_ids, input_mask, segment_ids)))
        return LabelledBatch(inputs, tf.constant(labels))

    def _group(self, order: Iterable[int]) -> list[Group]:
        by_length: dict[int, Group] = {length: [] for length in self.lengths}
        for index in order:
            by_length[self._static_length(index)].append(index)
        return [
            indices[start : start + self.batch_size]
            for indices in by_length.values()
            for start in range(0, len(indices), self.batch_size)
        ]

    def _that_fill_a_batch(self) -> list[int]:
        counts = Counter(map(self._static_length, range(len(self.examples))))
        filled, waiting = [], 0
        for length in sorted(counts):
            waiting += counts[length]
            if waiting >= self.batch_size or length == max(counts):
                filled.append(length)
                waiting = 0
        return filled

    def _static_length(self, index: int) -> int:
        length = len(self.examples[index].input_ids)
        return next(static for static in self.lengths if static >= length)
