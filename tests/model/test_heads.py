import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from float64_model import dense, gelu, layer_norm, weights_of

from selectra_pipeline.model.heads import ReplacedTokenHead, WordPredictionHead, word_logits

DRAW = np.random.default_rng(1)
STATES = DRAW.normal(size=(2, 3, 8)).astype(np.float32)
WORD_TABLE = DRAW.normal(size=(40, 12)).astype(np.float32)


@pytest.fixture
def narrow(config):
    """A generator: hidden states 8 wide, word table 12 wide."""
    return dataclasses.replace(config, hidden_size=8, num_heads=2)


def built(head, randomize):
    head.build()
    randomize(head)
    return head


def logits(head, states, table=WORD_TABLE):
    rows = tf.reshape(head(states), [-1, 12])
    return tf.reshape(word_logits(rows, table, head.bias), [2, 3, 40])


def test_word_prediction_is_layer_norm_of_gelu_times_the_transposed_word_table(narrow, randomize):
    head = built(WordPredictionHead(narrow, name="head"), randomize)
    weights = weights_of(head)
    x = layer_norm(gelu(dense(STATES.astype(np.float64), weights, "dense")), weights, "LayerNorm")
    np.testing.assert_allclose(head(STATES), x, rtol=1e-4, atol=1e-4)
    expected = x @ WORD_TABLE.astype(np.float64).T + weights["bias"]  # [2, 3, vocab]
    np.testing.assert_allclose(logits(head, STATES), expected, rtol=1e-4, atol=1e-4)


def test_gradients_of_word_prediction_reach_states_table_and_bias(narrow, randomize):
    head = built(WordPredictionHead(narrow, name="head"), randomize)
    states, table, step = tf.constant(STATES), tf.constant(WORD_TABLE), 1e-2
    weights = tf.constant(DRAW.normal(size=(2, 3, 40)), tf.float32)

    def value(states, table):
        return tf.reduce_sum(logits(head, states, table) * weights)

    with tf.GradientTape() as tape:
        tape.watch([states, table])
        result = value(states, table)
    by_states, by_table, by_bias = tape.gradient(result, [states, table, head.bias.value])
    np.testing.assert_allclose(by_bias, tf.reduce_sum(weights, [0, 1]), rtol=1e-5, atol=1e-5)
    for gradient, tensors in ((by_states, (states, table)), (by_table, (states, table))):
        moved = [
            [t + sign * step * gradient if t.shape == gradient.shape else t for t in tensors]
            for sign in (1, -1)
        ]
        slope = (value(*moved[0]) - value(*moved[1])) / (2 * step)
        np.testing.assert_allclose(slope, tf.reduce_sum(gradient**2), rtol=0.02)


def test_states_of_another_width_can_be_predicted_from(narrow):
    head = WordPredictionHead(narrow, width=16, name="head")
    head.build()
    assert head(tf.zeros([2, 3, 16])).shape == (2, 3, 12)


def test_replaced_token_detection_is_one_gelu_layer_and_a_number(narrow, randomize):
    head = built(ReplacedTokenHead(narrow, name="head"), randomize)
    weights = weights_of(head)
    hidden = gelu(dense(STATES.astype(np.float64), weights, "dense"))
    expected = dense(hidden, weights, "dense_prediction")[..., 0]  # [2, 3]
    np.testing.assert_allclose(head(STATES), expected, rtol=1e-4, atol=1e-5)


def test_logits_are_float32_whatever_the_precision(narrow, randomize):
    words = built(WordPredictionHead(narrow, dtype="mixed_bfloat16"), randomize)
    replaced = built(ReplacedTokenHead(narrow, dtype="mixed_bfloat16"), randomize)
    assert words(STATES).dtype == tf.bfloat16
    assert logits(words, STATES).dtype == tf.float32
    assert replaced(STATES).dtype == tf.float32
    assert {v.dtype for v in words.variables + replaced.variables} == {"float32"}
