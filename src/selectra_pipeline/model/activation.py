"""GELU, fused with the bias before it."""

import math

import tensorflow as tf

from selectra_pipeline.model.fusion import fused, widened
from selectra_pipeline.model.projection import sum_rows


def bias_gelu(x: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Exact GELU of z = x + bias: z Phi(z), by the error function (Hendrycks and Gimpel 2016).

    The gradient is Phi(z) + z phi(z), computed anew from x in the backward pass: nothing but x is
    kept. x: [..., width]; bias: [width].
    """

    @tf.custom_gradient
    def differentiable(x: tf.Tensor, bias: tf.Tensor):
        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            by_sum = _by_sum(x, bias, upstream)
            return by_sum, sum_rows(by_sum)

        return _forward(x, bias), gradient

    return differentiable(x, tf.convert_to_tensor(bias))


@fused
def _forward(x: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    z = widened(x) + widened(bias)
    return tf.cast(z * _normal_cdf(z), x.dtype)


@fused
def _by_sum(x: tf.Tensor, bias: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    z = widened(x) + widened(bias)
    density = tf.exp(-0.5 * z * z) * (2.0 * math.pi) ** -0.5
    return tf.cast(widened(upstream) * (_normal_cdf(z) + z * density), x.dtype)


def _normal_cdf(z: tf.Tensor) -> tf.Tensor:
    return 0.5 * (1.0 + tf.math.erf(z * 2.0**-0.5))
