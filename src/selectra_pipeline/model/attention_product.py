"""Scaled dot-product attention with dropout on the probabilities."""

import tensorflow as tf

from selectra_pipeline.model.dropout import keep_probability, mark_dropped
from selectra_pipeline.model.fusion import fused, widened
from selectra_pipeline.model.noise import Noise


def dot_product_attention(
    query: tf.Tensor,
    key: tf.Tensor,
    value: tf.Tensor,
    bias: tf.Tensor,
    rate: float,
    noise: Noise | None,
) -> tf.Tensor:
    """C = D V, D = dropout(P), P = softmax(Q K^T / sqrt(head_size) + bias) (Vaswani et al. 2017).

    Of the tensors of size seq x seq only P is kept for the backward pass, negative where it was
    dropped. With M = 0 or 1 / keep_probability, the dropout's factor of each probability:

        dV = D^T dC,  dP = M (dC V^T),  dS = P (dP - sum(P dP)),  dQ = dS K / sqrt(size),  ...

    A row's sum of P dP equals that of dC C (Dao et al. 2022, appendix B), over head_size numbers
    instead of seq. In float32 it is taken over seq all the same: where attention is nearly certain
    the difference above cancels, and only that sum rounds as its terms do.

    Args:
        query, key, value: [batch, heads, seq, head_size].
        bias: of the scores, [batch, 1, 1 or seq, seq]; has no gradient.
        noise: of the dropout; None means inference.

    Returns:
        [batch, heads, seq, head_size]
    """
    drops = noise is not None and rate > 0.0
    keep = keep_probability(rate) if drops else 1.0
    scale = query.shape[-1] ** -0.5

    @tf.custom_gradient
    def differentiable(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor):
        probabilities = tf.nn.softmax(_scores(query, key, bias, scale))
        marked, remaining = mark_dropped(probabilities, rate, noise)
        # D is as many times larger than V as there are words to a head's width: V is scaled.
        value = value / tf.constant(keep, value.dtype) if drops else value
        context = tf.matmul(remaining, value)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            by_remaining = tf.matmul(upstream, value, transpose_b=True)
            if query.dtype.size < tf.float32.size:
                row_sums = _row_sums(upstream, context)
            else:
                products = tf.nn.relu(marked) * by_remaining
                row_sums = tf.reduce_sum(products, axis=-1, keepdims=True)
            by_scores, dropped = _backward(marked, by_remaining, row_sums, scale, keep)
            return (
                tf.matmul(by_scores, key),
                tf.matmul(by_scores, query, transpose_a=True),
                tf.matmul(dropped, upstream, transpose_a=True),
            )

        return context, gradient

    return differentiable(query, key, value)


def _scores(query: tf.Tensor, key: tf.Tensor, bias: tf.Tensor, scale: float) -> tf.Tensor:
    # oneDNN scales and adds in the product itself, where the graph's optimizer can prove that all
    # have four axes: it sees no shapes in what a fused group or a loop gives.
    query, key, bias = (tf.ensure_shape(x, x.shape) for x in (query, key, bias))
    product = tf.matmul(query, key, transpose_b=True)
    return product * tf.constant(scale, product.dtype) + tf.cast(bias, product.dtype)


@fused
def _row_sums(upstream: tf.Tensor, context: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(widened(upstream) * widened(context), axis=-1, keepdims=True)


@fused
def _backward(
    marked: tf.Tensor, by_remaining: tf.Tensor, row_sums: tf.Tensor, scale: float, keep: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradient of Q K^T, before its scaling, and D."""
    wide = widened(marked)
    by_probabilities = tf.where(wide > 0, widened(by_remaining), tf.zeros([], wide.dtype))
    by_scores = tf.abs(wide) * (by_probabilities - row_sums) * tf.constant(scale, wide.dtype)
    dropped = tf.nn.relu(wide) / tf.constant(keep, wide.dtype)
    return tf.cast(by_scores, marked.dtype), tf.cast(dropped, marked.dtype)
