import numpy as np
import pytest
import tensorflow as tf
from block_gradients import assert_gradients_equal, on_one_device, random
from float64_model import gelu as float64_gelu

from selectra_pipeline.model.activation import bias_gelu

Z = np.linspace(-6, 6, 241)


def test_gelu_is_the_exact_one():
    ours = bias_gelu(tf.constant(Z[:, np.newaxis] - 0.3, tf.float32), tf.constant([0.3]))[:, 0]
    np.testing.assert_allclose(ours, float64_gelu(Z), rtol=1e-5, atol=1e-6)
    tanh = 0.5 * Z * (1 + np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z**3)))
    assert np.abs(float64_gelu(Z) - tanh).max() > 1e-4  # the approximation would be seen


def test_the_gradient_is_that_of_the_formula():
    assert_gradients_equal(
        bias_gelu,
        lambda x, bias: (x + bias) * 0.5 * (1.0 + tf.math.erf((x + bias) / np.sqrt(2.0))),
        random(2, 3, 5),
        random(5),
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 0.01)])
def test_compiled_it_is_the_same(dtype, tolerance):
    x, bias = tf.cast(random(2, 3, 5), dtype), tf.cast(random(5), dtype)
    compiled, plain = on_one_device(bias_gelu, x, bias), bias_gelu(x, bias)
    assert compiled.dtype == dtype
    np.testing.assert_allclose(
        tf.cast(compiled, tf.float32), tf.cast(plain, tf.float32), rtol=tolerance, atol=tolerance
    )
