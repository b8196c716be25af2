"""Drawing the replacement tokens from the generator's distribution."""

import tensorflow as tf

BLOCK = 256  # width of the second level: about the square root of a usual vocabulary


def sample_tokens(logits: tf.Tensor, temperature: float, seed: tf.Tensor) -> tf.Tensor:
    """Draw one token from softmax(logits / temperature) at each position, without gradient.

    The same distribution as argmax(logits / temperature + Gumbel noise), drawn by inverting the
    cumulative distribution in two levels: one uniform number a position instead of one for every
    word of the vocabulary.

    Args:
        logits: float32 [batch, predictions, vocab].
        seed: int32 [2].

    Returns:
        ids, int32 [batch, predictions]
    """
    logits = tf.stop_gradient(logits) / temperature
    vocab = logits.shape[-1]
    weights = tf.exp(logits - tf.reduce_max(logits, axis=-1, keepdims=True))
    padding = -vocab % BLOCK
    weights = tf.pad(weights, [[0, 0], [0, 0], [0, padding]])
    leading = tf.shape(logits)[:2]
    blocks = tf.reshape(weights, tf.concat([leading, [(vocab + padding) // BLOCK, BLOCK]], axis=0))

    draws = tf.random.stateless_uniform(leading, seed, alg="philox")
    up_to_block = tf.cumsum(tf.reduce_sum(blocks, axis=-1), axis=-1)
    target = draws * up_to_block[..., -1]  # [batch, predictions]
    block = _first_above(up_to_block, target)
    before = tf.where(block > 0, _at(up_to_block, tf.maximum(block - 1, 0)), 0.0)

    inside = tf.cumsum(tf.gather(blocks, block, batch_dims=2), axis=-1)
    # Rounding may leave the target just past the block's own sum: never leave the block.
    target = tf.minimum(target - before, _below(inside[..., -1]))
    return tf.minimum(block * BLOCK + _first_above(inside, target), vocab - 1)


def _first_above(cumulative: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Index of the first entry of the last axis that is above `target`. int32."""
    not_above = cumulative <= target[..., tf.newaxis]
    count = tf.reduce_sum(tf.cast(not_above, tf.int32), axis=-1)
    return tf.minimum(count, cumulative.shape[-1] - 1)


def _at(values: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    return tf.gather(values, index, batch_dims=2)


def _below(x: tf.Tensor) -> tf.Tensor:
    """The greatest float32 factor below x, so that an entry above it exists."""
    return x * (1.0 - 2.0**-23)
