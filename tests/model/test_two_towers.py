import numpy as np
import pytest

from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.model.two_towers import TwoTowers

LENGTH = 7
X = np.random.default_rng(1).normal(size=(2, LENGTH, 12)).astype(np.float32)
MASK = np.ones((2, LENGTH), np.int32)


@pytest.fixture
def towers(config, randomize):
    layer = TwoTowers(config, name="towers")
    layer.build()
    randomize(layer)
    return layer


def seen_from(towers, half):
    """bool [position, word]: whether a tower's state at a position depends on a word."""
    width = X.shape[-1]
    part = slice(0, width) if half == "before" else slice(width, 2 * width)
    states = towers(X, MASK).numpy()[..., part]
    seen = np.zeros([LENGTH, LENGTH], bool)
    for word in range(LENGTH):
        changed = X.copy()
        changed[:, word] += 1.0
        seen[:, word] = (towers(changed, MASK).numpy()[..., part] != states).any((0, 2))
    return seen


def test_one_half_sees_the_words_before_a_position_and_the_other_those_after(towers):
    place = np.arange(LENGTH)
    before = place[np.newaxis, :] < place[:, np.newaxis]
    np.testing.assert_array_equal(seen_from(towers, "before"), before)
    np.testing.assert_array_equal(seen_from(towers, "after"), before.T)


def test_beyond_the_ends_there_is_nothing(towers):
    states = towers(X, MASK).numpy()
    np.testing.assert_array_equal(states[:, 0, :12], 0.0)
    np.testing.assert_array_equal(states[:, -1, 12:], 0.0)


def test_the_towers_drop_differently(towers):
    noisy = [towers(X, MASK, noise=root_noise(seed)).numpy() for seed in (1, 1, 2)]
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert (noisy[0] != noisy[2]).any()
