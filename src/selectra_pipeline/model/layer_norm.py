"""LayerNorm, fused with the dropout and the residual sum before it."""

import keras
import tensorflow as tf

from selectra_pipeline.model.dropout import drop
from selectra_pipeline.model.fusion import fused, row_means, widened
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import sum_rows


class LayerNorm(keras.layers.Layer):
    """Normalise the last axis (Ba et al. 2016): gamma n + beta, n = (z - mean) / sqrt(var + eps).

    Alone, z = x; behind a dense layer's product y, z = x + dropout(y + bias), as in a Transformer's
    residual sums. The backward pass uses n, which is kept, and draws the dropout anew:

        dz = (g - mean(g) - n mean(g n)) / sqrt(var + eps),  g = gamma dout
        dx = dz,  dy = dropout(dz),  dbias = sum(dy),  dgamma = sum(n dout),  dbeta = sum(dout)

    Everything is computed in float32, whatever the precision of x.

    Call arguments:
        x: [batch, ..., width].
        product: y, of the same shape; None means LayerNorm alone.
        bias: [width], added to y.
        rate, noise: of the dropout; a noise of None means inference.

    Returns:
        shape and precision of x
    """

    def __init__(self, epsilon: float, **kwargs) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape) -> None:
        width = (input_shape[-1],)
        self.gamma = self.add_weight(width, name="gamma", initializer="ones", autocast=False)
        self.beta = self.add_weight(width, name="beta", initializer="zeros", autocast=False)

    def call(
        self,
        x: tf.Tensor,
        product: tf.Tensor | None = None,
        bias: tf.Tensor | None = None,
        rate: float = 0.0,
        noise: Noise | None = None,
    ) -> tf.Tensor:
        gamma, beta = tf.convert_to_tensor(self.gamma), tf.convert_to_tensor(self.beta)
        if product is None:
            return normalize(x, gamma, beta, self.epsilon)
        rate = 0.0 if noise is None else rate
        bias = tf.convert_to_tensor(bias)
        return add_and_normalize(x, product, bias, gamma, beta, self.epsilon, rate, noise)


def normalize(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: float) -> tf.Tensor:
    """LayerNorm of x, as `LayerNorm` describes it."""

    @tf.custom_gradient
    def differentiable(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor):
        out, normal, scale = _alone_forward(x, gamma, beta, epsilon)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            by_x, by_normal = _alone_backward(upstream, normal, scale, gamma)
            return by_x, *_by_scale(by_normal, upstream, gamma.dtype)

        return out, gradient

    return differentiable(x, gamma, beta)


def add_and_normalize(
    x: tf.Tensor,
    product: tf.Tensor,
    bias: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: float,
    rate: float,
    noise: Noise | None,
) -> tf.Tensor:
    """LayerNorm of x + dropout(product + bias), as `LayerNorm` describes it."""

    @tf.custom_gradient
    def differentiable(x, product, bias, gamma, beta):
        out, normal, scale = _sum_forward(x, product, bias, gamma, beta, epsilon, rate, noise)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            by_x, by_normal, by_product = _sum_backward(upstream, normal, scale, gamma, rate, noise)
            by_scale = _by_scale(by_normal, upstream, gamma.dtype)
            return by_x, by_product, sum_rows(by_product), *by_scale

        return out, gradient

    return differentiable(x, product, bias, gamma, beta)


@fused
def _alone_forward(
    x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return _forward(widened(x), gamma, beta, epsilon, x.dtype)


@fused
def _sum_forward(
    x: tf.Tensor,
    product: tf.Tensor,
    bias: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    epsilon: float,
    rate: float,
    noise: Noise | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    added = drop(widened(product) + widened(bias), rate, noise)
    return _forward(widened(x) + added, gamma, beta, epsilon, x.dtype)


def _forward(
    z: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: float, dtype: tf.DType
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The result, n, and 1 / sqrt(var + eps): [..., 1]."""
    centred = z - row_means(z)
    scale = tf.math.rsqrt(row_means(centred * centred) + epsilon)
    normal = centred * scale
    out = normal * tf.cast(gamma, z.dtype) + tf.cast(beta, z.dtype)
    return tf.cast(out, dtype), tf.cast(normal, dtype), scale


@fused
def _alone_backward(
    upstream: tf.Tensor, normal: tf.Tensor, scale: tf.Tensor, gamma: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    by_sum, by_normal = _backward(upstream, normal, scale, gamma)
    return tf.cast(by_sum, upstream.dtype), tf.cast(by_normal, upstream.dtype)


@fused
def _sum_backward(
    upstream: tf.Tensor,
    normal: tf.Tensor,
    scale: tf.Tensor,
    gamma: tf.Tensor,
    rate: float,
    noise: Noise | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    by_sum, by_normal = _backward(upstream, normal, scale, gamma)
    by_product = drop(by_sum, rate, noise)
    return tuple(tf.cast(x, upstream.dtype) for x in (by_sum, by_normal, by_product))


def _backward(
    upstream: tf.Tensor, normal: tf.Tensor, scale: tf.Tensor, gamma: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """dz, and n dout, whose sum is dgamma."""
    upstream, normal = widened(upstream), widened(normal)
    by_normal = upstream * tf.cast(gamma, upstream.dtype)
    mean = row_means(by_normal)
    along = row_means(by_normal * normal)
    return (by_normal - mean - normal * along) * scale, upstream * normal


def _by_scale(
    by_normal: tf.Tensor, upstream: tf.Tensor, dtype: tf.DType
) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(sum_rows(by_normal), dtype), tf.cast(sum_rows(upstream), dtype)
