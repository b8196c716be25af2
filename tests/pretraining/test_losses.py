import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.pretraining.losses import rtd_losses

DRAW = np.random.default_rng(1)


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
