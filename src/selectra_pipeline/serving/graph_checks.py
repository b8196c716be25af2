"""Checks inside a graph, whose errors name the text that is at fault."""

from collections.abc import Callable, Sequence

import tensorflow as tf


def require_rows(
    right: tf.Tensor, message: Callable[[tf.Tensor], Sequence[str | tf.Tensor]]
) -> None:
    """Raise `InvalidArgumentError` in the graph about the first row that is not right.

    Args:
        right: bool [rows].
        message: its parts, texts or tensors [0 or 1]. Called with the number of the row.
    """
    first_wrong = tf.where(~right)[:1, 0]
    require(tf.size(first_wrong) == 0, message(first_wrong))


def require(condition: tf.Tensor, message: Sequence[str | tf.Tensor]) -> None:
    """Raise `InvalidArgumentError` in the graph, unless the condition holds."""
    parts = [part if isinstance(part, str) else tf.as_string(part) for part in message]
    tf.debugging.Assert(condition, [tf.strings.join(parts)])
