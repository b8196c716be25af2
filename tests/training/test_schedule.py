import math

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.training.schedule import LearningRateSchedule

SELECTRA = ScheduleConfig(peak=5e-4, warmup_steps=10_000, restarts=(150_000,))
KINDS = {
    "polynomial": {},
    "cosine": {"kind": "cosine"},
    "constant_with_cooldown": {"kind": "constant_with_cooldown", "cooldown_steps": 20},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def of_kind(kind, **settings):
    return ScheduleConfig(**KINDS[kind], **settings)


def rate(config, total_steps, step):
    return float(LearningRateSchedule(config, total_steps)(step))


def rates(config, total_steps, steps):
    return LearningRateSchedule(config, total_steps)(tf.constant(steps, tf.int64)).numpy()


# The equation of each kind


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
@pytest.mark.parametrize("step", [0, 1, 7, 10, 11, 50, 99])
def test_polynomial_is_the_originals_formula(step, power):
    config = ScheduleConfig(peak=2e-3, warmup_steps=10, decay_power=power)
    expected = 2e-3 * (1 - step / 100) ** power * min(1, step / 10)
    assert rate(config, 100, step) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("step", [10, 11, 50, 98, 99])
def test_cosine_falls_along_half_a_wave_after_the_warm_up(step):
    config = ScheduleConfig(kind="cosine", peak=2e-3, warmup_steps=10)
    expected = 2e-3 * (1 + math.cos(math.pi * (step - 10) / 90)) / 2
    assert rate(config, 100, step) == pytest.approx(expected, rel=1e-5)
    assert rate(config, 100, 4) == pytest.approx(2e-3 * 0.4, rel=1e-5)


def test_constant_with_cooldown_is_a_trapezoid():
    config = of_kind("constant_with_cooldown", peak=1.0, warmup_steps=10)
    expected = {0: 0.0, 5: 0.5, 10: 1.0, 50: 1.0, 80: 1.0, 90: 0.5, 99: 0.05}
    np.testing.assert_allclose(rates(config, 100, list(expected)), list(expected.values()), 1e-5)


def test_without_a_cooldown_the_rate_stays_at_the_peak_to_the_last_step():
    config = ScheduleConfig(kind="constant_with_cooldown", peak=1.0, cooldown_steps=0)
    np.testing.assert_array_equal(rates(config, 1_000, range(100, 1_000)), 1.0)


# What holds for all of them


@every_kind
def test_every_cycle_warms_up_from_0_to_its_peak_and_ends_at_0(kind):
    config = of_kind(kind, peak=1.0, warmup_steps=10, restarts=(100, 300))
    for start, end in config.cycles(400):
        first, warm, last = rates(config, 400, [start, start + 10, end - 1])
        assert first == 0.0
        assert warm >= 0.9  # a polynomial falls while it warms up
        assert 0.0 < last < 0.06
    np.testing.assert_array_equal(rates(config, 400, [400, 450]), 0.0)


@every_kind
def test_cycles_of_one_length_are_equal(kind):
    config = of_kind(kind, peak=5e-4, warmup_steps=1_000, restarts=(150_000,))
    steps = np.arange(0, 150_000, 77)
    first, second = rates(config, 300_000, steps), rates(config, 300_000, 150_000 + steps)
    np.testing.assert_array_equal(first, second)


@every_kind
def test_without_warm_up_the_first_step_has_the_peak(kind):
    assert rate(of_kind(kind, peak=3e-4, warmup_steps=0), 100, 0) == pytest.approx(3e-4)


def test_selectra_repeats_its_schedule_after_150_000_steps():
    for step in (0, 1, 9_999, 10_000, 75_000, 149_999):
        expected = 5e-4 * (1 - step / 150_000) * min(1, step / 10_000)
        for start in (0, 150_000):
            assert rate(SELECTRA, 300_000, start + step) == pytest.approx(expected, rel=1e-6)


# Exactness


@every_kind
@pytest.mark.parametrize("total", [300_000, 10_000_000])
def test_float32_is_exact_to_its_last_digits_at_late_steps(kind, total):
    config = of_kind(kind, peak=5e-4, warmup_steps=10_000, restarts=(total // 2,))
    steps = np.unique(np.concatenate([np.arange(0, total, 997), total - np.arange(1, 100)]))
    exact = LearningRateSchedule(config, total).planned(steps)
    assert exact.dtype == np.float64
    np.testing.assert_allclose(rates(config, total, steps), exact, rtol=1e-6)


@every_kind
def test_a_later_cycle_does_not_change_a_bit_of_an_earlier_one(kind):
    """Else a run that is continued would differ from an unbroken one."""
    settings = {"peak": 5e-4, "warmup_steps": 7}
    shorter = LearningRateSchedule(of_kind(kind, **settings), 101)
    longer = LearningRateSchedule(of_kind(kind, **settings, restarts=(101,)), 333)
    for jit in (False, True):
        compiled = [tf.function(schedule, jit_compile=jit) for schedule in (shorter, longer)]
        for step in range(101):
            ours, theirs = (float(each(tf.constant(step, tf.int64))) for each in compiled)
            assert ours == theirs, step


@every_kind
def test_a_traced_step_gives_the_same_rate(kind):
    schedule = LearningRateSchedule(of_kind(kind, warmup_steps=50, restarts=(150,)), 300)
    traced = tf.function(schedule)
    for step in (0, 50, 149, 150, 299):
        assert float(traced(tf.constant(step, tf.int64))) == pytest.approx(
            float(schedule(step)), rel=1e-6
        )


@every_kind
def test_it_compiles_to_what_a_tpu_can_run(kind):
    schedule = LearningRateSchedule(of_kind(kind, restarts=(150,)), 300)
    compiled = tf.function(schedule, jit_compile=True)
    text = compiled.experimental_get_compiler_ir(tf.constant(5, tf.int64))(stage="hlo")
    assert "f32" in text
    for forbidden in ("f64", "custom-call", "<="):
        assert forbidden not in text, text
