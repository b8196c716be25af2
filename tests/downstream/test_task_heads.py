import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.downstream.heads import SequenceHead, SpanHead, TokenClassificationHead
from selectra_pipeline.model.initialization import initialize
from selectra_pipeline.model.noise import root_noise

ENCODER = ArchitectureConfig(hidden_size=16, dropout=0.5).discriminator(50)


def built(head):
    head.build()
    initialize(head.trainable_variables, 0.5, seed=1)
    return head


@pytest.fixture(scope="module")
def states():
    return tf.constant(np.random.default_rng(1).normal(0, 1, [3, 5, 16]), tf.float32)


def dense(x, layer):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def test_a_sequence_is_judged_by_its_first_token(states):
    special = pytest.importorskip("scipy.special")
    head = built(SequenceHead(ENCODER, 4, name="head"))
    z = dense(states.numpy()[:, 0], head.dense)
    expected = dense(z * special.ndtr(z), head.out_proj)
    np.testing.assert_allclose(head(states), expected, atol=1e-5)
    assert np.ptp(expected) > 0.1


def test_a_span_head_has_two_logits_a_token(states):
    head = built(SpanHead(ENCODER, name="head"))
    expected = dense(states.numpy(), head.qa_outputs)
    np.testing.assert_allclose(head(states), expected, atol=1e-5)
    assert expected.shape == (3, 5, 2)


@pytest.mark.parametrize(
    "head", [SequenceHead(ENCODER, 4, name="head"), TokenClassificationHead(ENCODER, 4, name="h")]
)
def test_noise_drops_states_and_its_absence_none(states, head):
    head = built(head)
    one, same, other = (head(states, noise=root_noise(number)).numpy() for number in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
    assert not np.allclose(one, head(states))
