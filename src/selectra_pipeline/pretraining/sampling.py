"""Drawing the replacement tokens from the generator's distribution."""

import tensorflow as tf

BLOCK = 256  # width of the second level: about the square root of a usual vocabulary
IMPOSSIBLE = -1e9  # added to a logit: exp(.) is 0


def sample_tokens(logits: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
    """One token from softmax(logits) in each row, without gradient.

    The same distribution as argmax(logits + Gumbel noise), drawn by inverting the cumulative
    distribution in two levels: one uniform number a row instead of one for every word.

    Args:
        logits: float32 [rows, vocab].
        draws: uniform in [0, 1), float32 [rows].

    Returns:
        ids, int32 [rows]
    """
    logits = tf.stop_gradient(logits)
    vocab = logits.shape[-1]
    weights = tf.exp(logits - tf.reduce_max(logits, axis=-1, keepdims=True))
    padding = -vocab % BLOCK
    weights = tf.pad(weights, [[0, 0], [0, padding]])
    blocks = tf.reshape(weights, [-1, (vocab + padding) // BLOCK, BLOCK])

    up_to_block = tf.cumsum(tf.reduce_sum(blocks, axis=-1), axis=-1)  # [rows, blocks]
    target = draws * up_to_block[:, -1]
    block = _first_above(up_to_block, target)
    before = tf.where(block > 0, _at(up_to_block, tf.maximum(block - 1, 0)), 0.0)

    inside = tf.cumsum(_at(blocks, block), axis=-1)  # [rows, BLOCK]
    # Rounding may leave the target just past the block's own sum: never leave the block.
    target = tf.minimum(target - before, _below(inside[:, -1]))
    return tf.minimum(block * BLOCK + _first_above(inside, target), vocab - 1)


def uniform_tokens(
    draws: tf.Tensor, vocab_size: int, target_ids: tf.Tensor, disallow_correct: bool
) -> tf.Tensor:
    """Any word with equal probability; with `disallow_correct` any but the target. int32.

    draws: uniform in [0, 1), any shape; target_ids: int32 of the same shape.
    """
    choices = vocab_size - 1 if disallow_correct else vocab_size
    ids = tf.minimum(tf.cast(draws * float(choices), tf.int32), choices - 1)
    # Of all words but the target, those from the target on move up by one.
    return ids + tf.cast(ids >= target_ids, tf.int32) if disallow_correct else ids


def without_targets(logits: tf.Tensor, target_ids: tf.Tensor) -> tf.Tensor:
    """Logits that make each row's target impossible (original: disallow_correct).

    logits: float32 [rows, vocab]; target_ids: int32 [rows].
    """
    return tf.where(
        tf.range(logits.shape[-1])[tf.newaxis, :] == target_ids[:, tf.newaxis], IMPOSSIBLE, logits
    )


def _first_above(cumulative: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Index of the first entry of the last axis that is above `target`. int32."""
    not_above = cumulative <= target[..., tf.newaxis]
    count = tf.reduce_sum(tf.cast(not_above, tf.int32), axis=-1)
    return tf.minimum(count, cumulative.shape[-1] - 1)


def _at(values: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    return tf.gather(values, index, batch_dims=1)


def _below(x: tf.Tensor) -> tf.Tensor:
    """The greatest float32 factor below x, so that an entry above it exists."""
    return x * (1.0 - 2.0**-23)
