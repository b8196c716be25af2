"""Sequences of a batch that share rows, so that little of what the encoder computes is padding."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.records.reader import Batch

EMPTY = -1  # what stands where a row holds no token


class PackedBatch(NamedTuple):
    """A padded batch, and where its tokens stand in rows that several sequences share.

    Attributes:
        padded: the sequences in rows of their own, as heads and losses see them.
        tokens: int32 [rows, row length]; which token of the padded batch stands at a place, counted
            row by row; `EMPTY` where none does.
        places: int32 [batch, seq]; the place of each token, counted likewise; 0 for padding.
    """

    padded: Batch
    tokens: tf.Tensor
    places: tf.Tensor


class RowTokens(NamedTuple):
    """What the encoder is given of a `PackedBatch`: int32 [rows, row length], 0 at empty places.

    Attributes:
        position_ids: places in the sequence, not in the row.
        attention_mask: bool [rows, row length, row length]; true within a sequence.
    """

    input_ids: tf.Tensor
    segment_ids: tf.Tensor
    position_ids: tf.Tensor
    attention_mask: tf.Tensor


def share_rows(lengths: Sequence[int], row_length: int) -> list[list[int]]:
    """Put sequences, by number, into rows: long ones first, each into the first row with room.

    (First-fit decreasing: at most 11/9 of the fewest rows there can be, and one; Yue 1991.)
    """
    rows: list[list[int]] = []
    room: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        row = next((row for row, free in enumerate(room) if free >= lengths[number]), len(rows))
        if row == len(rows):
            rows.append([])
            room.append(row_length)
        rows[row].append(number)
        room[row] -= lengths[number]
    return rows


def pack(
    padded: Batch, lengths: Sequence[int], rows: Sequence[Sequence[int]], shape: tuple[int, int]
) -> PackedBatch:
    """Lay the sequences of a batch into rows, one after the other.

    Args:
        lengths: of the sequences; those behind the last are empty.
        rows: which sequences share a row, from `share_rows`.
        shape: rows, of which some at the end may be empty, and row length.
    """
    tokens, places = np.full(shape, EMPTY, np.int32), np.zeros(padded.input_ids.shape, np.int32)
    for row, numbers in enumerate(rows):
        start = 0
        for number in numbers:
            order = np.arange(lengths[number])
            tokens[row, start : start + len(order)] = number * places.shape[1] + order
            places[number, : len(order)] = row * shape[1] + start + order
            start += len(order)
    return PackedBatch(padded, tf.constant(tokens), tf.constant(places))


def row_tokens(batch: PackedBatch) -> RowTokens:
    """The tokens of the rows. Empty places see each other, and nobody sees them."""
    tokens, length = batch.tokens, tf.shape(batch.places)[1]
    used = tokens != EMPTY

    def laid_out(values: tf.Tensor) -> tf.Tensor:
        return tf.where(used, tf.gather(tf.reshape(values, [-1]), tf.maximum(tokens, 0)), 0)

    sequence = tf.where(used, tokens // length, EMPTY)
    return RowTokens(
        laid_out(batch.padded.input_ids),
        laid_out(batch.padded.segment_ids),
        tf.where(used, tokens % length, 0),
        sequence[:, :, tf.newaxis] == sequence[:, tf.newaxis, :],
    )


def unpack(states: tf.Tensor, batch: PackedBatch) -> tf.Tensor:
    """States of the rows, [rows, row length, hidden], as those of the batch, [batch, seq, hidden].

    At padding they are those of some token.
    """
    return tf.gather(tf.reshape(states, [-1, states.shape[-1]]), batch.places)
