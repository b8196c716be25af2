import numpy as np
import pytest
import tensorflow as tf
from float64_model import layer_norm, weights_of

from selectra_pipeline.model.embeddings import Embeddings
from selectra_pipeline.model.noise import root_noise

IDS = tf.constant([[2, 7, 7, 39, 3], [2, 0, 1, 5, 3]])
SEGMENTS = tf.constant([[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]])


@pytest.fixture
def embeddings(config, randomize) -> Embeddings:
    layer = Embeddings(config, name="embeddings")
    layer.build()
    randomize(layer)
    return layer


def test_word_position_and_segment_are_added_and_normalised(embeddings):
    weights = weights_of(embeddings)
    added = (
        weights["word_embeddings"][IDS.numpy()]
        + weights["token_type_embeddings"][SEGMENTS.numpy()]
        + weights["position_embeddings"][:5]
    )
    np.testing.assert_allclose(
        embeddings(IDS, SEGMENTS), layer_norm(added, weights, "LayerNorm"), rtol=1e-4, atol=1e-5
    )


def test_a_word_looks_different_at_another_position_and_in_another_segment(embeddings):
    embedded = embeddings(tf.constant([[7, 7, 7]]), tf.constant([[0, 0, 1]])).numpy()[0]
    in_segment_b = embeddings(tf.constant([[7]]), tf.constant([[1]])).numpy()[0, 0]
    assert not np.allclose(embedded[0], embedded[1])
    assert not np.allclose(embedded[0], in_segment_b)


def test_positions_may_be_named(embeddings):
    ids, segments = tf.constant([[5, 6, 7]]), tf.constant([[0, 1, 0]])
    named = embeddings(ids, segments, tf.constant([[0, 1, 2]]))
    np.testing.assert_allclose(named, embeddings(ids, segments), atol=1e-6)
    begun_anew = embeddings(ids, segments, tf.constant([[0, 0, 1]]))
    alone = embeddings(ids[:, 1:], segments[:, 1:])
    np.testing.assert_allclose(begun_anew[:, 1:], alone, atol=1e-6)


def test_dropout_is_applied_last(embeddings, config):
    plain = embeddings(IDS, SEGMENTS).numpy()
    noisy = embeddings(IDS, SEGMENTS, noise=root_noise(1)).numpy()
    dropped = noisy == 0
    assert 0 < dropped.mean() < 0.3
    np.testing.assert_allclose(noisy[~dropped], plain[~dropped] / (1 - config.dropout), rtol=1e-5)
