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
