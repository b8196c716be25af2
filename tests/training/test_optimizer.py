import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.training.optimizer import AdamW, decays

SCRIPT = Path(__file__).with_name("two_replicas.py")
CONFIG = OptimizerConfig(beta_1=0.9, beta_2=0.99, epsilon=1e-3, weight_decay=0.1)
START = np.array([1.0, -2.0, 0.5])
GRADIENTS = [np.array([0.3, -0.1, 0.0]), np.array([-0.2, 0.4, 0.0])]


def optimize(name: str, rates: list[float]) -> tuple[np.ndarray, AdamW]:
    variable = keras.Variable(START.astype(np.float32), name=name)
    optimizer = AdamW([variable], CONFIG, lambda step: tf.gather(tf.constant(rates), step))
    for _, gradient in zip(rates, GRADIENTS, strict=True):
        optimizer.apply([tf.constant(gradient, tf.float32)])
    return variable.numpy(), optimizer


def by_hand(rates: list[float], decay: float) -> np.ndarray:
    w, m, v = START.copy(), np.zeros(3), np.zeros(3)
    for rate, g in zip(rates, GRADIENTS, strict=True):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        w = w - rate * (m / (np.sqrt(v) + 1e-3) + decay * w)
    return w


def test_two_steps_equal_a_computation_by_hand():
    weights, optimizer = optimize("kernel", [0.01, 0.02])
    np.testing.assert_allclose(weights, by_hand([0.01, 0.02], decay=0.1), rtol=1e-5)
    assert optimizer.step.numpy() == 2


def test_a_variables_rate_is_multiplied_by_its_factor():
    fast, slow = (keras.Variable(START.astype(np.float32), name="kernel") for _ in range(2))
    optimizer = AdamW([fast, slow], CONFIG, lambda step: 0.02, rate_factors=[1.0, 0.5])
    for gradient in GRADIENTS:
        optimizer.apply([tf.constant(gradient, tf.float32)] * 2)
    np.testing.assert_allclose(fast.numpy(), by_hand([0.02, 0.02], decay=0.1), rtol=1e-5)
    np.testing.assert_allclose(slow.numpy(), by_hand([0.01, 0.01], decay=0.1), rtol=1e-5)


def test_there_is_no_bias_correction():
    """With it, the first step of a constant gradient would have length 1 times the rate."""
    variable = keras.Variable([0.0], name="bias")
    config = OptimizerConfig(beta_1=0.9, beta_2=0.99, epsilon=1e-12, weight_decay=0.0)
    AdamW([variable], config, lambda step: 1.0).apply([tf.constant([5.0])])
    assert float(variable.numpy()[0]) == pytest.approx(-0.1 / np.sqrt(0.01), rel=1e-5)


@pytest.mark.parametrize("name", ["bias", "gamma", "beta"])
def test_biases_and_layer_norm_weights_do_not_decay(name):
    weights, _ = optimize(name, [0.01, 0.02])
    np.testing.assert_allclose(weights, by_hand([0.01, 0.02], decay=0.0), rtol=1e-5)
    assert weights[2] == START[2]  # no gradient, no decay: no change


def test_kernels_and_tables_decay_and_nothing_else():
    model = Electra.create(ArchitectureConfig(num_layers=1), 50, "float32", 1)
    decaying = {v.path for v in model.trainable_variables if decays(v.path)}
    paths = {v.path for v in model.trainable_variables}
    assert decaying == {p for p in paths if p.endswith(("/kernel", "_embeddings"))}
    tables = ("word", "position", "token_type")
    assert {f"electra/embeddings/{table}_embeddings" for table in tables} <= decaying


def test_at_learning_rate_0_the_slots_move_and_the_weights_do_not():
    weights, optimizer = optimize("kernel", [0.0, 0.0])
    np.testing.assert_array_equal(weights, START.astype(np.float32))
    assert np.abs(optimizer.first[0].numpy()[:2]).min() > 0


def test_slots_are_made_before_the_first_step():
    variable = keras.Variable(np.zeros([2, 3]), name="kernel")
    optimizer = AdamW([variable], CONFIG, lambda step: 0.1)
    np.testing.assert_array_equal(optimizer.first[0], np.zeros([2, 3]))
    np.testing.assert_array_equal(optimizer.second[0], np.zeros([2, 3]))


@pytest.mark.parametrize("allowed", [True, False])
def test_a_step_that_is_not_allowed_is_counted_and_changes_nothing(allowed):
    variable = keras.Variable(START.astype(np.float32), name="kernel")
    optimizer = AdamW([variable], CONFIG, lambda step: 0.1)
    gradient = tf.constant(GRADIENTS[0] if allowed else [np.inf, np.nan, 0.0], tf.float32)
    optimizer.apply([gradient], only_if=tf.constant(allowed))
    assert optimizer.step.numpy() == 1
    for value, before in ((variable, START), (optimizer.first[0], 0), (optimizer.second[0], 0)):
        unchanged = np.array_equal(value.numpy(), np.broadcast_to(before, 3).astype(np.float32))
        assert unchanged != allowed


@pytest.fixture(scope="module")
def two_replicas() -> dict:
    """Virtual devices must be set up before TensorFlow starts: a process of its own."""
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_replicas_clip_the_sum_of_their_gradients(two_replicas):
    assert two_replicas["norms"] == pytest.approx([np.sqrt(50.0)] * 2)


def test_two_replicas_make_one_update(two_replicas):
    assert two_replicas["steps"] == 2
    gradient = np.array([7.0, 1.0]) / np.sqrt(50.0)  # the sum [7, 1], clipped to norm 1
    weights, first, second = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for _ in range(2):
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= 0.1 * (first / (np.sqrt(second) + 1e-6) + 0.01 * weights)
    np.testing.assert_allclose(two_replicas["first"], first, rtol=1e-5)
    np.testing.assert_allclose(two_replicas["second"], second, rtol=1e-4)
    np.testing.assert_allclose(two_replicas["weights"], [weights, weights], rtol=1e-4)


def test_two_replicas_keep_one_loss_scale(two_replicas):
    assert two_replicas["quiet_steps"] == 2
