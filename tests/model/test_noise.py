import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.model.noise import dropout, fold_in, root_seed

ONES = tf.ones([400, 500])


def kept(seed, rate=0.1):
    return dropout(ONES, rate, seed).numpy() > 0


def test_without_a_seed_nothing_is_dropped():
    assert dropout(ONES, 0.5, None) is ONES


def test_at_rate_0_nothing_is_dropped():
    assert dropout(ONES, 0.0, root_seed(1)) is ONES


def test_the_same_seed_gives_the_same_mask():
    np.testing.assert_array_equal(kept(root_seed(3)), kept(root_seed(3)))


@pytest.mark.parametrize("other", [root_seed(4), fold_in(root_seed(3), 0)])
def test_another_seed_gives_an_independent_mask(other):
    both = kept(root_seed(3)) & kept(other)
    assert both.mean() == pytest.approx(0.9 * 0.9, abs=0.005)


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_the_rate_is_honoured_and_the_mean_preserved(rate):
    dropped = dropout(ONES, rate, root_seed(1)).numpy()
    deviation = np.sqrt(rate * (1 - rate) / dropped.size)
    assert (dropped == 0).mean() == pytest.approx(rate, abs=5 * deviation)
    assert dropped.mean() == pytest.approx(1.0, abs=5 * deviation / (1 - rate))
    np.testing.assert_allclose(np.unique(dropped), [0.0, 1.0 / (1.0 - rate)], rtol=1e-6)


def test_every_position_is_dropped_on_its_own():
    mask = kept(root_seed(1)).astype(float)
    for axis in (0, 1):
        assert mask.mean(axis).std() > 0.005  # no rows or columns are dropped as a whole
        assert mask.mean(axis).min() > 0.7


def test_bfloat16_stays_bfloat16():
    assert dropout(tf.cast(ONES, tf.bfloat16), 0.1, root_seed(1)).dtype == tf.bfloat16


def test_the_graph_drops_what_eager_execution_drops():
    traced = tf.function(lambda seed: dropout(ONES, 0.1, fold_in(seed, 5)))
    np.testing.assert_array_equal(
        traced(root_seed(1)), dropout(ONES, 0.1, fold_in(root_seed(1), 5))
    )


def test_steps_have_different_seeds():
    seeds = tf.function(tf.map_fn)(lambda step: fold_in(root_seed(1), step), tf.range(5000))
    assert len(np.unique(seeds, axis=0)) == 5000


@pytest.mark.parametrize("seed", [0, 7, -1, 2**40 + 3])
def test_every_whole_number_is_a_seed(seed):
    assert root_seed(seed).dtype == tf.int32
    assert kept(root_seed(seed)).any()


def test_runs_with_different_seeds_draw_different_noise():
    assert (kept(root_seed(1)) != kept(root_seed(2))).any()
