import numpy as np
import pytest
import tensorflow as tf
from block_gradients import assert_gradients_equal, gradients, on_one_device, random

from selectra_pipeline.model.dropout import drop
from selectra_pipeline.model.layer_norm import LayerNorm, add_and_normalize, normalize
from selectra_pipeline.model.noise import root_noise

EPSILON = 1e-12
X, GAMMA, BETA = random(2, 3, 8), random(8), random(8, seed=1)
PRODUCT, BIAS = random(2, 3, 8, seed=1), random(8, seed=2)


def formula(x, gamma, beta):
    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    deviation = tf.sqrt(tf.reduce_mean(centred**2, -1, keepdims=True) + EPSILON)
    return centred / deviation * gamma + beta


def test_the_gradient_of_a_norm_is_that_of_the_formula():
    assert_gradients_equal(lambda *a: normalize(*a, EPSILON), formula, X, GAMMA, BETA)


@pytest.mark.parametrize("noise", [None, root_noise(1)])
def test_the_gradient_of_a_residual_sum_is_that_of_the_formula(noise):
    rate = 0.3

    def ours(*arguments):
        return add_and_normalize(*arguments, EPSILON, rate, noise)

    def derived(x, product, bias, gamma, beta):
        return formula(x + drop(product + bias, rate, noise), gamma, beta)

    assert_gradients_equal(ours, derived, X, PRODUCT, BIAS, GAMMA, BETA)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 0.02)])
def test_compiled_it_drops_and_gives_the_same(dtype, tolerance):
    scale = [tf.cast(value, tf.float32) for value in (GAMMA, BETA)]
    narrow = [tf.cast(value, dtype) for value in (X, PRODUCT, BIAS)]

    def ours(*arguments):
        return add_and_normalize(*arguments, *scale, EPSILON, 0.3, root_noise(1))

    def all_of_it(*arguments):
        return [ours(*arguments), *gradients(ours, *arguments)]

    pairs = zip(on_one_device(all_of_it, *narrow), all_of_it(*narrow), strict=True)
    for compiled, plain in pairs:
        assert compiled.dtype == dtype
        np.testing.assert_allclose(
            tf.cast(compiled, tf.float32), tf.cast(plain, tf.float32), atol=4 * tolerance
        )


def test_in_bfloat16_gamma_and_beta_are_not_rounded():
    layer = LayerNorm(EPSILON, dtype="mixed_bfloat16")
    layer.build((None, 8))
    layer.beta.assign(np.full(8, 1.0 + 2.0**-12))
    layer.gamma.assign(np.full(8, 2.0**-12))
    with tf.GradientTape() as tape:
        out = layer(tf.ones([1, 8], tf.bfloat16) * tf.range(8, dtype=tf.bfloat16))
    assert out.dtype == tf.bfloat16
    assert tape.gradient(out, layer.beta.value).dtype == tf.float32
