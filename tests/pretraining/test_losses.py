import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.pretraining.losses import mlm_losses, rtd_losses

DRAW = np.random.default_rng(1)


def test_mlm_loss_is_the_negative_log_of_the_targets_probability():
    logits = DRAW.normal(0, 3, [2, 4, 9])
    targets = DRAW.integers(0, 9, [2, 4])
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = -np.log(np.take_along_axis(probabilities, targets[..., np.newaxis], -1)[..., 0])
    losses = mlm_losses(tf.constant(logits, tf.float32), tf.constant(targets, tf.int32))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_knowing_nothing_costs_the_log_of_the_vocabulary():
    losses = mlm_losses(tf.zeros([1, 1, 50_000]), tf.constant([[17]]))
    assert float(losses[0, 0]) == pytest.approx(10.82, abs=0.005)


@pytest.mark.parametrize("kind", [tf.bool, tf.int32, tf.float32])
def test_rtd_loss_is_binary_cross_entropy_in_nats(kind):
    logits = DRAW.normal(0, 3, [3, 5])
    replaced = DRAW.integers(0, 2, [3, 5])
    probabilities = 1 / (1 + np.exp(-logits))
    expected = -np.log(np.where(replaced > 0, probabilities, 1 - probabilities))
    losses = rtd_losses(tf.constant(logits, tf.float32), tf.cast(replaced, kind))
    np.testing.assert_allclose(losses, expected, rtol=1e-4)


def test_rtd_loss_stays_finite_where_the_answer_is_certain_and_wrong():
    losses = rtd_losses(tf.constant([[1000.0, -1000.0]]), tf.constant([[False, True]]))
    np.testing.assert_allclose(losses, [[1000.0, 1000.0]])
