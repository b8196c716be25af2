import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from float64_model import dense, encoder_layer, weights_of

from selectra_pipeline.model.attention import attention_bias
from selectra_pipeline.model.encoder import Encoder, EncoderLayer
from selectra_pipeline.model.noise import root_noise

MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
X = np.random.default_rng(1).normal(size=(2, 5, 12)).astype(np.float32)
REAL = MASK > 0


def built_encoder(config, randomize, **kwargs) -> Encoder:
    encoder = Encoder(config, name="encoder", **kwargs)
    encoder.build()
    randomize(encoder)
    return encoder


def test_a_layer_equals_the_post_layer_norm_formula_in_float64(config, randomize):
    layer = EncoderLayer(config, name="layer")
    layer.build((None, None, config.hidden_size))
    randomize(layer)
    expected = encoder_layer(X.astype(np.float64), MASK, weights_of(layer), config.num_heads)
    ours = layer(tf.constant(X), attention_bias(tf.constant(MASK))).numpy()
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4)


def test_layers_are_applied_one_after_the_other(config, randomize):
    encoder = built_encoder(config, randomize)
    weights = weights_of(encoder)
    x = X.astype(np.float64)
    for number in range(config.num_layers):
        x = encoder_layer(x, MASK, weights, config.num_heads, f"layer_{number}/")
    np.testing.assert_allclose(encoder(X, tf.constant(MASK)), x, rtol=1e-3, atol=1e-3)


def test_a_linear_projection_stands_where_embeddings_have_another_width(config, randomize):
    narrow = dataclasses.replace(config, embedding_size=7, num_layers=1)
    encoder = built_encoder(narrow, randomize)
    embedded = X[..., :7]
    weights = weights_of(encoder)
    x = dense(embedded.astype(np.float64), weights, "embeddings_project")
    expected = encoder_layer(x, MASK, weights, config.num_heads, "layer_0/")
    np.testing.assert_allclose(encoder(embedded, tf.constant(MASK)), expected, rtol=1e-3, atol=1e-3)


def test_there_is_no_projection_where_the_widths_are_equal(config):
    assert Encoder(config).embeddings_project is None


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_padding_never_influences_real_tokens(config, randomize, policy):
    encoder = built_encoder(config, randomize, dtype=policy)
    changed = X.copy()
    changed[~REAL] = 1000.0
    mask = tf.constant(MASK)
    before, after = (tf.cast(encoder(x, mask), tf.float32).numpy() for x in (X, changed))
    np.testing.assert_array_equal(before[REAL], after[REAL])
    assert (before[~REAL] != after[~REAL]).any()


def test_dropout_depends_on_the_seed_alone(config, randomize):
    encoder = built_encoder(config, randomize)
    once, again = (encoder(X, MASK, noise=root_noise(1)).numpy() for _ in range(2))
    other = encoder(X, MASK, noise=root_noise(2)).numpy()
    np.testing.assert_array_equal(once, again)
    assert not np.allclose(once, other)
    assert not np.allclose(once, encoder(X, MASK))


def test_layers_with_equal_weights_drop_differently(config):
    """All weights 0 but a bias: what a layer adds is that, where it is not dropped."""
    encoder = Encoder(dataclasses.replace(config, dropout=0.5), name="encoder")
    encoder.build()
    seen = []

    def seeing(normalize):
        def normalize_and_see(*arguments, **named):
            out = normalize(*arguments, **named)
            seen.append(out.numpy() > 0)  # what was added is above the mean
            return out

        return normalize_and_see

    for block in encoder.blocks:
        for variable in block.trainable_variables:
            variable.assign(tf.zeros_like(variable.value))
        block.attention_output.bias.assign(tf.ones(12))
        block.attention_norm.gamma.assign(tf.ones(12))
        block.attention_norm.call = seeing(block.attention_norm.call)
    encoder(tf.zeros([2, 5, 12]), MASK, noise=root_noise(1))
    assert len(seen) == 2
    assert (seen[0] != seen[1]).mean() > 0.3
