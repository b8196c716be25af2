"""Scaled dot-product attention with dropout on the probabilities."""

import tensorflow as tf

from selectra_pipeline.model.fusion import fused, widened
from selectra_pipeline.model.noise import Noise, drop, fused_drop


def dot_product_attention(
    query: tf.Tensor,
    key: tf.Tensor,
    value: tf.Tensor,
    bias: tf.Tensor,
    rate: float,
    noise: Noise | None,
) -> tf.Tensor:
    """C = D V, D = dropout(P), P = softmax(Q K^T / sqrt(head_size) + bias) (Vaswani et al. 2017).

    Of the tensors of size seq x seq only P is kept for the backward pass, which draws the dropout
    anew. With M = 0 or 1 / (1 - rate), the dropout's factor of each probability:

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
    rate = 0.0 if noise is None else rate
    scale = query.shape[-1] ** -0.5

    @tf.custom_gradient
    def differentiable(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor):
        scores = tf.matmul(query, key, transpose_b=True) * tf.cast(scale, query.dtype)
        probabilities = tf.nn.softmax(scores + tf.cast(bias, scores.dtype))
        context = tf.matmul(fused_drop(probabilities, rate, noise), value)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            by_dropped = tf.matmul(upstream, value, transpose_b=True)
            if query.dtype.size < tf.float32.size:
                row_sums = _row_sums(upstream, context)
            else:
                products = probabilities * fused_drop(by_dropped, rate, noise)
                row_sums = tf.reduce_sum(products, axis=-1, keepdims=True)
            by_scores = _by_scores(probabilities, by_dropped, row_sums, scale, rate, noise)
            dropped = fused_drop(probabilities, rate, noise)
            return (
                tf.matmul(by_scores, key),
                tf.matmul(by_scores, query, transpose_a=True),
                tf.matmul(dropped, upstream, transpose_a=True),
            )

        return context, gradient

    return differentiable(query, key, value)


@fused
def _row_sums(upstream: tf.Tensor, context: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(widened(upstream) * widened(context), axis=-1, keepdims=True)


@fused
def _by_scores(
    probabilities: tf.Tensor,
    by_dropped: tf.Tensor,
    row_sums: tf.Tensor,
    scale: float,
    rate: float,
    noise: Noise | None,
) -> tf.Tensor:
    """The gradient of Q K^T, before its scaling."""
    by_probabilities = drop(widened(by_dropped), rate, noise)
    by_scores = widened(probabilities) * (by_probabilities - row_sums)
    return tf.cast(by_scores * tf.cast(scale, by_scores.dtype), probabilities.dtype)
