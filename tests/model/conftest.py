"""A small encoder shape and random weights, for comparing layers with `float64_model`."""

import numpy as np
import pytest

from selectra_pipeline.config.architecture import EncoderConfig


@pytest.fixture
def config() -> EncoderConfig:
    return EncoderConfig(
        vocab_size=40,
        embedding_size=12,
        hidden_size=12,
        num_layers=2,
        num_heads=3,
        intermediate_size=20,
        max_position_embeddings=16,
        type_vocab_size=2,
        dropout=0.1,
        attention_dropout=0.1,
        layer_norm_epsilon=1e-12,
        initializer_range=0.02,
    )


@pytest.fixture
def randomize():
    """Give a built layer large random weights, so that no term of its formula vanishes."""

    def randomize_weights(layer, seed=0):
        draw = np.random.default_rng(seed)
        for variable in layer.trainable_variables:
            variable.assign(draw.normal(0.2, 0.6, variable.shape))

    return randomize_weights
