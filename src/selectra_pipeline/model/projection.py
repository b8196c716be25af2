"""Products of matrices in the form that oneDNN computes best; the bias is left to others."""

import keras
import tensorflow as tf


def product(x: tf.Tensor, dense: keras.layers.Dense) -> tf.Tensor:
    """What `dense` gives before its bias, which the next fused group adds."""
    return matrix_product(x, tf.convert_to_tensor(dense.kernel))


def matrix_product(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """X W: [..., in], [in, out] -> [..., out]."""
    rows = tf.matmul(tf.reshape(x, [-1, x.shape[-1]]), kernel)
    return tf.reshape(rows, tf.concat([tf.shape(x)[:-1], [rows.shape[-1]]], axis=0))


def sum_rows(x: tf.Tensor) -> tf.Tensor:
    """The gradient of a bias: [..., width] -> [width], in the precision of x.

    As a product with ones, which oneDNN adds up in float32.
    """
    rows = tf.reshape(x, [-1, x.shape[-1]])
    ones = tf.ones([1, tf.shape(rows)[0]], x.dtype)
    return tf.squeeze(tf.matmul(ones, rows), axis=0)
