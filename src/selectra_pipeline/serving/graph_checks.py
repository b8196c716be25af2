"""Checks inside a graph, whose errors name the text that is at fault.

What is checked goes through the check: nothing is computed of it that could fail in another way.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

Message = Sequence[str | tf.Tensor]


def checked(value: tf.Tensor, condition: tf.Tensor, message: Message) -> tf.Tensor:
    """The value, if the condition holds; else `InvalidArgumentError` in the graph.

    Args:
        message: its parts, one after the other: texts, and numbers of shape [] or, all alike, [n].
    """
    parts = [part if isinstance(part, str) else tf.as_string(part) for part in message]
    with tf.control_dependencies([tf.debugging.Assert(condition, [tf.strings.join(parts)])]):
        return tf.identity(value)


def checked_rows(
    value: tf.Tensor, right: tf.Tensor, message: Callable[[tf.Tensor], Message]
) -> tf.Tensor:
    """The value, if all rows are right; else an error about the first one that is not.

    Args:
        right: bool [rows].
        message: as for `checked`. Called with the row's number, [1], or with [0] if there is none.
    """
    first_wrong = tf.where(~right)[:1, 0]
    return checked(value, tf.size(first_wrong) == 0, message(first_wrong))
