import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from block_gradients import assert_gradients_equal, on_one_device, random
from float64_model import attention, weights_of

from selectra_pipeline.model.attention import MASKED, SelfAttention, attention_bias, split_heads
from selectra_pipeline.model.noise import root_noise

MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
X = np.random.default_rng(1).normal(size=(2, 5, 12)).astype(np.float32)


@pytest.fixture
def layer(config, randomize) -> SelfAttention:
    built = SelfAttention(config, name="attention")
    built.build((None, None, config.hidden_size))
    randomize(built)
    return built


def attend(layer, x, mask=MASK, noise=None):
    return layer(tf.constant(x), attention_bias(tf.constant(mask)), noise=noise).numpy()


def test_attention_equals_a_computation_head_by_head(layer, config):
    expected = attention(X.astype(np.float64), MASK, weights_of(layer), config.num_heads)
    np.testing.assert_allclose(attend(layer, X), expected, rtol=1e-4, atol=1e-5)


def test_padding_never_influences_real_tokens(layer):
    changed = X.copy()
    changed[1, 3:] = 1000.0
    before, after = attend(layer, X), attend(layer, changed)
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[1, :3], after[1, :3])


def test_a_sequence_does_not_see_the_others_of_its_batch(layer):
    np.testing.assert_allclose(attend(layer, X)[1:], attend(layer, X[1:], MASK[1:]), rtol=1e-5)


def test_scores_of_padding_get_minus_10000_as_in_the_original():
    bias = attention_bias(tf.constant(MASK))
    assert MASKED == -10_000.0
    assert bias.shape == (2, 1, 1, 5)
    np.testing.assert_array_equal(bias.numpy()[1, 0, 0], [0, 0, 0, -10_000, -10_000])


def test_a_mask_of_three_axes_says_what_each_position_sees():
    mask = tf.constant([[[1, 0], [1, 1]]])
    np.testing.assert_array_equal(attention_bias(mask), [[[[0, -10_000.0], [0, 0]]]])
    np.testing.assert_array_equal(attention_bias(mask == 1), attention_bias(mask))


def test_dropout_acts_on_probabilities_so_a_lone_token_keeps_or_loses_its_value(layer, config):
    """With one token its probability is 1: dropout leaves 0 or 1 / (1 - rate) of each head."""
    x = np.random.default_rng(2).normal(size=(60, 1, 12)).astype(np.float32)
    mask = np.ones([60, 1], np.int32)
    size = config.head_size
    ratio = attend(layer, x, mask, root_noise(1)) / attend(layer, x, mask)
    by_head = ratio.reshape(60, config.num_heads, size)
    np.testing.assert_allclose(by_head, np.repeat(by_head[..., :1], size, -1), rtol=1e-4)
    scale = 1 / (1 - config.attention_dropout)
    np.testing.assert_allclose(np.unique(np.round(by_head, 3)), [0, round(scale, 3)], atol=1e-3)


def test_hidden_dropout_is_not_applied_inside_the_attention(config, randomize):
    without = dataclasses.replace(config, attention_dropout=0.0, dropout=0.5)
    layer = SelfAttention(without, name="attention")
    layer.build((None, None, config.hidden_size))
    randomize(layer)
    np.testing.assert_array_equal(attend(layer, X, noise=root_noise(1)), attend(layer, X))


def test_heads_are_cut_and_their_gradients_joined():
    def ours(x, bias):
        return tf.stack(split_heads(x, bias, parts=3, heads=2))

    def formula(x, bias):
        parts = tf.split(x + bias, 3, axis=-1)
        heads = [tf.stack(tf.split(part, 2, axis=-1), axis=1) for part in parts]
        return tf.stack(heads)  # [parts, batch, heads, seq, head]

    x, bias = random(2, 5, 24), random(24)
    assert_gradients_equal(ours, formula, x, bias)
    np.testing.assert_allclose(on_one_device(ours, x, bias), formula(x, bias))
