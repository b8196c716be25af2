import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.downstream.example import IGNORED
from selectra_pipeline.downstream.losses import cross_entropy, span_cross_entropy, squared_error


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


def test_the_loss_is_the_mean_over_the_labels_that_count():
    logits = np.random.default_rng(1).normal(0, 2, [2, 3, 4])
    labels = np.array([[IGNORED, 2, 0], [3, IGNORED, IGNORED]])
    log_probabilities = log_softmax(logits)
    expected = -np.mean([log_probabilities[0, 1, 2], log_probabilities[0, 2, 0],
                         log_probabilities[1, 0, 3]])  # fmt: skip
    found = cross_entropy(tf.constant(logits, tf.float32), tf.constant(labels, tf.int32))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_a_batch_without_labels_costs_nothing():
    assert float(cross_entropy(tf.ones([2, 3, 4]), tf.fill([2, 3], IGNORED))) == 0.0


def test_the_squared_error_is_the_mean_over_the_rows_with_a_value():
    values, labels = tf.constant([1.0, 2.0, 9.0]), tf.constant([0.0, 4.0, np.nan])
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = squared_error(values, labels)
    assert float(loss) == pytest.approx((1.0 + 4.0) / 2)
    np.testing.assert_allclose(tape.gradient(loss, values), [1.0, -2.0, 0.0])


def test_a_span_costs_the_mean_of_its_two_ends_over_real_tokens():
    logits = np.random.default_rng(1).normal(0, 2, [2, 5, 2])
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    labels = np.array([[1, 2], [IGNORED, IGNORED]])
    begin, end = (log_softmax(logits[0, :3, side]) for side in range(2))
    found = span_cross_entropy(
        tf.constant(logits, tf.float32), tf.constant(labels), tf.constant(mask)
    )
    assert float(found) == pytest.approx(-(begin[1] + end[2]) / 2, rel=1e-5)
