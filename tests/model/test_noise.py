import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.model.noise import root_noise, uniform


def test_steps_have_different_seeds():
    seeds = tf.function(tf.map_fn)(lambda step: root_noise(1).fold_in(step).seed, tf.range(5000))
    assert len(np.unique(seeds, axis=0)) == 5000


@pytest.mark.parametrize("shape", [[12, 7], [12, 4, 8], [12, 19], [12, 1], [12, 2, 3, 5]])
def test_a_part_of_the_examples_meets_the_noise_that_it_has_in_the_whole(shape):
    whole = uniform(shape, root_noise(1)).numpy()
    for first, rows in ((0, 4), (3, 2), (11, 1)):
        part = uniform([rows, *shape[1:]], root_noise(1).for_rows_from(first))
        np.testing.assert_array_equal(part, whole[first : first + rows])


def test_parts_of_parts_count_on_from_each_other():
    noise = root_noise(1).for_rows_from(4).fold_in(2).for_rows_from(3)
    np.testing.assert_array_equal(
        uniform([1, 9], noise), uniform([8, 9], root_noise(1).fold_in(2))[7:]
    )


def test_the_compiler_draws_an_example_the_same_noise_wherever_it_stands():
    compiled = tf.function(uniform, jit_compile=True)
    whole = compiled([12, 7], root_noise(1)).numpy()
    part = compiled([4, 7], root_noise(1).for_rows_from(5))
    np.testing.assert_array_equal(part, whole[5:9])


def test_numbers_are_uniform_and_independent():
    numbers = uniform([500, 401], root_noise(1)).numpy()
    assert (numbers >= 0).all()
    assert (numbers < 1).all()
    counts = np.histogram(numbers, bins=64, range=(0, 1))[0]
    expected = numbers.size / 64
    assert ((counts - expected) ** 2 / expected).sum() < 63 + 5 * np.sqrt(2 * 63)
    for ours, theirs in ((numbers[1:], numbers[:-1]), (numbers[:, 1:], numbers[:, :-1])):
        assert abs(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]) < 0.015
