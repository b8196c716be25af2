import math

import numpy as np
import pytest

from selectra_pipeline.reporting.healthy_course import healthy_band


def center(metric: str, step: float, batch_size: int = 128, vocab_size: int = 50_000) -> float:
    band = healthy_band(metric, np.array([step]), batch_size, vocab_size)
    return float((band.low + band.high)[0] / 2)


@pytest.mark.parametrize(
    ("metric", "first", "at_5000", "at_1m"),
    [
        ("loss", 45.5, 25.1, 9.12),
        ("mlm_loss", 10.82, 7.13, 2.30),
        ("rtd_loss", 0.693, 0.359, 0.137),
        ("rtd_auc", 0.5, 0.68, 0.941),
    ],
)
def test_the_course_runs_through_the_known_points(metric, first, at_5000, at_1m):
    assert center(metric, 1) == pytest.approx(first, rel=1e-3)
    assert center(metric, 5_000) == pytest.approx(at_5000)
    assert center(metric, 1_000_000) == pytest.approx(at_1m)


def test_between_the_points_it_is_straight_over_the_logarithm_of_the_step():
    halfway = math.sqrt(5_000 * 1_000_000)
    assert center("mlm_loss", halfway) == pytest.approx((7.13 + 2.30) / 2)


def test_the_band_is_15_percent_of_a_loss_and_5_points_of_the_auc():
    losses = healthy_band("rtd_loss", np.array([5_000.0]), 128, 50_000)
    assert [losses.low[0], losses.high[0]] == pytest.approx([0.85 * 0.359, 1.15 * 0.359])
    auc = healthy_band("rtd_auc", np.array([5_000.0]), 128, 50_000)
    assert [auc.low[0], auc.high[0]] == pytest.approx([0.63, 0.73])


def test_steps_of_another_batch_size_are_compared_by_examples():
    assert center("loss", 20_000, batch_size=32) == pytest.approx(25.1)


def test_no_course_is_worse_than_knowing_nothing():
    steps = np.array([1.0, 100.0, 5_000.0])
    band = healthy_band("mlm_loss", steps, 128, vocab_size=200)
    assert (band.low + band.high) / 2 == pytest.approx([math.log(200)] * 3)
