import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.training.schedule import PolynomialSchedule

SELECTRA = ScheduleConfig(peak=5e-4, warmup_steps=10_000, restarts=(150_000,))


def rate(config, total_steps, step):
    return float(PolynomialSchedule(config, total_steps)(step))


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
@pytest.mark.parametrize("step", [0, 1, 7, 10, 11, 50, 99])
def test_it_is_the_originals_formula(step, power):
    config = ScheduleConfig(peak=2e-3, warmup_steps=10, decay_power=power)
    expected = 2e-3 * (1 - step / 100) ** power * min(1, step / 10)
    assert rate(config, 100, step) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("step", [0, 1, 9_999, 10_000, 75_000, 149_999])
def test_selectra_repeats_its_schedule_after_150_000_steps(step):
    expected = 5e-4 * (1 - step / 150_000) * min(1, step / 10_000)
    for start in (0, 150_000):
        assert rate(SELECTRA, 300_000, start + step) == pytest.approx(expected, rel=1e-4, abs=1e-11)


def test_the_first_step_of_every_cycle_has_rate_0():
    assert rate(SELECTRA, 300_000, 0) == 0.0
    assert rate(SELECTRA, 300_000, 149_999) > 0.0
    assert rate(SELECTRA, 300_000, 150_000) == 0.0
    assert rate(SELECTRA, 300_000, 150_001) == pytest.approx(5e-8, rel=1e-4)


def test_cycles_may_have_different_lengths():
    config = ScheduleConfig(peak=1.0, warmup_steps=0, restarts=(10, 30))
    expected = [1.0, 0.1, 1.0, 0.05, 1.0, 0.1]
    rates = [rate(config, 40, step) for step in (0, 9, 10, 29, 30, 39)]
    np.testing.assert_allclose(rates, expected, rtol=1e-5)


def test_without_warm_up_the_first_step_has_the_peak():
    assert rate(ScheduleConfig(peak=3e-4, warmup_steps=0), 100, 0) == pytest.approx(3e-4)


def test_it_ends_at_0_and_stays_there():
    config = ScheduleConfig(peak=1.0, warmup_steps=5)
    assert rate(config, 100, 100) == 0.0
    assert rate(config, 100, 120) == 0.0


def test_a_traced_step_gives_the_same_rate():
    schedule = PolynomialSchedule(SELECTRA, 300_000)
    traced = tf.function(schedule)
    for step in (0, 5_000, 150_000, 299_999):
        assert float(traced(tf.constant(step, tf.int64))) == pytest.approx(
            float(schedule(step)), rel=1e-6
        )
