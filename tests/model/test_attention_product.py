import numpy as np
import pytest
import tensorflow as tf
from block_gradients import assert_gradients_equal, gradients, on_one_device, random

from selectra_pipeline.model.attention import attention_bias
from selectra_pipeline.model.attention_product import dot_product_attention
from selectra_pipeline.model.dropout import drop
from selectra_pipeline.model.noise import root_noise

QUERY, KEY, VALUE = (random(2, 3, 5, 4, seed=seed) for seed in range(3))
MASK = tf.constant([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
RATE = 0.3


def formula(query, key, value, bias, noise):
    scores = tf.matmul(query, key, transpose_b=True) / 2.0 + tf.cast(bias, tf.float64)
    return tf.matmul(drop(tf.nn.softmax(scores), RATE, noise), value)


@pytest.mark.parametrize("noise", [None, root_noise(1)])
@pytest.mark.parametrize("direction", ["both", "forward"])
def test_the_gradient_is_that_of_the_formula(noise, direction):
    bias = attention_bias(MASK, direction)
    assert_gradients_equal(
        lambda *a: dot_product_attention(*a, bias, RATE, noise),
        lambda *a: formula(*a, bias, noise),
        QUERY,
        KEY,
        VALUE,
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 0.03)])
def test_compiled_it_drops_and_gives_the_same(dtype, tolerance):
    bias, narrow = attention_bias(MASK), [tf.cast(x, dtype) for x in (QUERY, KEY, VALUE)]

    def ours(*arguments):
        return dot_product_attention(*arguments, bias, RATE, root_noise(1))

    def all_of_it(*arguments):
        return [ours(*arguments), *gradients(ours, *arguments)]

    pairs = zip(on_one_device(all_of_it, *narrow), all_of_it(*narrow), strict=True)
    for compiled, plain in pairs:
        assert compiled.dtype == dtype
        np.testing.assert_allclose(
            tf.cast(compiled, tf.float32), tf.cast(plain, tf.float32), atol=tolerance
        )
