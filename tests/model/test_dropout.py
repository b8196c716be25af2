import numpy as np
import pytest
import tensorflow as tf
from block_gradients import on_one_device

from selectra_pipeline.model.dropout import dropout, keep_probability, kept, mark_dropped
from selectra_pipeline.model.noise import root_noise

ONES = tf.ones([400, 500])


def survivors(noise, rate=0.1):
    return dropout(ONES, rate, noise).numpy() > 0


def test_without_noise_nothing_is_dropped():
    assert dropout(ONES, 0.5, None) is ONES


def test_at_rate_0_nothing_is_dropped():
    assert dropout(ONES, 0.0, root_noise(1)) is ONES


def test_the_same_seed_gives_the_same_mask():
    np.testing.assert_array_equal(survivors(root_noise(3)), survivors(root_noise(3)))


@pytest.mark.parametrize("other", [root_noise(4), root_noise(3).fold_in(0)])
def test_another_seed_gives_an_independent_mask(other):
    both = survivors(root_noise(3)) & survivors(other)
    assert both.mean() == pytest.approx(0.9 * 0.9, abs=0.005)


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_the_rate_is_honoured_and_the_mean_preserved(rate):
    dropped = dropout(ONES, rate, root_noise(1)).numpy()
    deviation = np.sqrt(rate * (1 - rate) / dropped.size)
    assert (dropped == 0).mean() == pytest.approx(rate, abs=5 * deviation)
    assert dropped.mean() == pytest.approx(1.0, abs=5 * deviation / (1 - rate))
    np.testing.assert_allclose(np.unique(dropped), [0.0, 1.0 / keep_probability(rate)], rtol=1e-6)


def test_every_position_is_dropped_on_its_own():
    mask = survivors(root_noise(1)).astype(float)
    for axis in (0, 1):
        assert mask.mean(axis).std() > 0.005  # no rows or columns are dropped as a whole
        assert mask.mean(axis).min() > 0.7


def test_bfloat16_stays_bfloat16():
    assert dropout(tf.cast(ONES, tf.bfloat16), 0.1, root_noise(1)).dtype == tf.bfloat16


def test_the_graph_drops_what_eager_execution_drops():
    traced = tf.function(lambda noise: dropout(ONES, 0.1, noise.fold_in(5)))
    np.testing.assert_array_equal(
        traced(root_noise(1)), dropout(ONES, 0.1, root_noise(1).fold_in(5))
    )


def test_a_batch_of_unknown_size_is_drawn_like_a_known_one():
    @tf.function(input_signature=[tf.TensorSpec([None, 6])])
    def traced(x):
        return dropout(x, 0.5, root_noise(1))

    np.testing.assert_array_equal(
        traced(tf.ones([9, 6])), dropout(tf.ones([9, 6]), 0.5, root_noise(1))
    )


@pytest.mark.parametrize("seed", [0, 7, -1, 2**40 + 3])
def test_every_whole_number_is_a_seed(seed):
    assert root_noise(seed).seed.dtype == tf.int32
    assert survivors(root_noise(seed)).any()


def test_runs_with_different_seeds_draw_different_noise():
    assert (survivors(root_noise(1)) != survivors(root_noise(2))).any()


@pytest.mark.parametrize("shape", [[12, 7], [12, 2, 3, 5]])
def test_a_part_of_the_examples_meets_the_dropout_that_it_has_in_the_whole(shape):
    whole = kept(shape, 0.5, root_noise(1)).numpy()
    for first, rows in ((0, 4), (3, 2), (11, 1)):
        part = kept([rows, *shape[1:]], 0.5, root_noise(1).for_rows_from(first))
        np.testing.assert_array_equal(part, whole[first : first + rows])


def test_the_compiler_drops_what_the_graph_drops():
    compiled = tf.function(lambda noise: kept([12, 70], 0.5, noise), jit_compile=True)
    np.testing.assert_array_equal(compiled(root_noise(1)), kept([12, 70], 0.5, root_noise(1)))


@pytest.mark.parametrize("distance", [1, 2, 3, 4, 16, 64, 256, 1024])
def test_neighbours_are_dropped_independently_in_every_direction(distance):
    """At rate 1/2 pairs agree half of the time, up to five standard deviations."""
    mask = kept([1100, 1500], 0.5, root_noise(5)).numpy()
    for ours, theirs in (
        (mask[:, distance:], mask[:, :-distance]),
        (mask[distance:], mask[:-distance]),
        (mask, np.roll(kept(mask.shape, 0.5, root_noise(5).fold_in(distance)), 1, axis=1)),
    ):
        assert (ours == theirs).mean() == pytest.approx(0.5, abs=2.5 / np.sqrt(ours.size))


def test_examples_keep_shares_that_vary_as_chance_has_it():
    """Chi-square over examples: neither all alike nor too different."""
    counts = kept([2000, 1000], 0.1, root_noise(1)).numpy().sum(1)
    chi_square = ((counts - 900.0) ** 2 / 90.0).sum()
    assert chi_square == pytest.approx(2000, abs=5 * np.sqrt(2 * 2000))


def test_a_gradient_is_dropped_where_the_value_was():
    with tf.GradientTape() as tape:
        tape.watch(ONES)
        dropped = dropout(ONES, 0.1, root_noise(1))
    np.testing.assert_array_equal(tape.gradient(dropped, ONES), dropped)


POSITIVE = tf.constant(np.random.default_rng(1).uniform(0.1, 1.0, [6, 3, 5, 8]), tf.float32)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.parametrize("run", [lambda f: f(), on_one_device], ids=["plain", "compiled"])
def test_dropped_values_are_marked_by_their_sign_and_left_out_of_the_rest(dtype, run):
    x, noise = tf.cast(POSITIVE, dtype), root_noise(1).for_rows_from(2)
    marked, remaining = run(lambda: mark_dropped(x, 0.4, noise))
    keep = kept(x.shape, 0.4, noise).numpy()
    assert 0.5 < keep.mean() < 0.7
    np.testing.assert_array_equal(marked, np.where(keep, x, -x))
    np.testing.assert_array_equal(remaining, np.where(keep, x, 0))


def test_an_odd_width_is_marked_as_an_even_one_is():
    x = tf.cast(POSITIVE[..., :7], tf.bfloat16)
    marked, _ = on_one_device(lambda: mark_dropped(x, 0.4, root_noise(1)))
    np.testing.assert_array_equal(np.asarray(marked) > 0, kept(x.shape, 0.4, root_noise(1)))


def test_without_noise_nothing_is_marked():
    marked, remaining = mark_dropped(POSITIVE, 0.4, None)
    assert marked is POSITIVE
    assert remaining is POSITIVE


@pytest.mark.parametrize("rate", [0.1, 0.5, 1e-7])
def test_the_exact_share_that_is_kept_is_known(rate):
    assert keep_probability(rate) == pytest.approx(1 - rate, abs=2**-17)
    keep = kept([500, 2000], rate, root_noise(2)).numpy()
    deviation = np.sqrt(rate * (1 - rate) / keep.size)
    assert keep.mean() == pytest.approx(keep_probability(rate), abs=5 * deviation + 1e-12)
