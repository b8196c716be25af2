import numpy as np
import pytest

from selectra_pipeline.reporting.paired_bootstrap import compare_scores


def mean_of(right):
    return lambda weights: float((weights * right).sum() / weights.sum())


def alone(rows):
    return np.arange(rows)


def compared(first, second, resamples=500, seed=1):
    return compare_scores(mean_of(first), mean_of(second), alone(len(first)), resamples, seed)


def test_equal_models_do_not_differ():
    right = np.array([1, 0, 1, 1])
    assert compared(right, right) == (0.0, 0.0, 0.0, 1.0)


def test_a_model_that_is_right_more_often_everywhere_differs():
    draw = np.random.default_rng(2)
    first, second = draw.random(400) < 0.9, draw.random(400) < 0.5
    found = compared(first, second)
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert found.low < found.value < found.high
    assert found.low > 0.25
    assert found.p_value == pytest.approx(2 / 501)  # as low as 500 resamples can say
    other = compared(second, first)
    assert other.p_value == found.p_value
    assert (other.low, other.high) == pytest.approx((-found.high, -found.low))


def test_a_difference_on_one_row_may_be_chance():
    first = np.ones(50)
    second = first.copy()
    second[7] = 0
    found = compared(first, second, resamples=4000)
    # The row is missing in (1 - 1/50)^50 of the resamples; then there is no difference.
    assert found.p_value == pytest.approx(2 * (1 - 1 / 50) ** 50, abs=0.04)


def test_the_interval_is_as_wide_as_that_of_the_normal_distribution():
    draw = np.random.default_rng(3)
    first, second = draw.random(1000) < 0.7, draw.random(1000) < 0.6
    found = compared(first, second, resamples=4000)
    error = np.std(first.astype(float) - second) / np.sqrt(1000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_what_is_common_to_both_cancels_out():
    draw = np.random.default_rng(4)
    hard = draw.random(500) < 0.5  # rows that both get wrong
    first = ~hard
    second = first & (draw.random(500) < 0.97)
    assert compared(first, second).p_value < 0.02
    assert compared(first, draw.permutation(second)).p_value > 0.2


def test_resamples_without_a_score_are_left_out():
    def undefined(weights):
        return float("nan")

    found = compare_scores(undefined, undefined, alone(3), 10, 1)
    assert np.isnan(found.low)
    assert found.p_value == 1.0


def test_rows_that_say_the_same_count_once_as_a_group():
    """Three copies of each row are no more evidence than the rows themselves."""
    draw = np.random.default_rng(5)
    first, second = draw.random(100) < 0.7, draw.random(100) < 0.6
    tripled = [mean_of(np.repeat(right, 3)) for right in (first, second)]
    once = compared(first, second, resamples=2000)
    grouped = compare_scores(*tripled, np.repeat(alone(100), 3), 2000, 1)
    assert grouped == pytest.approx(once)
    apart = compare_scores(*tripled, alone(300), 2000, 1)
    assert apart.high - apart.low < 0.7 * (once.high - once.low)
