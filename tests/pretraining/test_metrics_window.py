import math

import pytest

from selectra_pipeline.pretraining import metrics_window
from selectra_pipeline.pretraining.metrics_window import MetricsWindow
from selectra_pipeline.pretraining.step import StepMetrics


def metrics(value):
    return StepMetrics(*[value] * len(StepMetrics._fields))


def make_window() -> MetricsWindow:
    return MetricsWindow(tokens_per_step=100, flops_per_step=6_000, peak_flops=12_000.0)


def test_the_window_reports_means_over_steps_of_all_loops():
    window = make_window()
    window.add(metrics(6.0), steps=3)  # sums of three steps
    window.add(metrics(4.0), steps=1)
    summary = window.summary()
    assert summary["loss"] == summary["gradient_norm"] == 2.5
    assert summary["tokens_per_second"] > 0


def test_the_window_leaves_out_the_time_of_evaluation_and_saving(monkeypatch):
    clock = iter([0.0, 2.0, 50.0, 52.0])
    monkeypatch.setattr(metrics_window.time, "perf_counter", lambda: next(clock))
    window = make_window()  # at 0
    window.add(metrics(1.0), steps=1)  # at 2
    window.restart_clock()  # at 50, after an evaluation
    window.add(metrics(1.0), steps=1)  # at 52
    assert window.summary()["tokens_per_second"] == pytest.approx(2 * 100 / 4.0)


def test_mfu_is_the_share_of_the_ceiling_that_the_model_s_arithmetic_uses(monkeypatch):
    clock = iter([0.0, 5.0])
    monkeypatch.setattr(metrics_window.time, "perf_counter", lambda: next(clock))
    window = make_window()
    window.add(metrics(1.0), steps=2)  # 12,000 of the 60,000 FLOPs that 5 seconds would allow
    assert window.summary()["mfu"] == pytest.approx(0.2)


def test_a_cleared_window_forgets():
    window = make_window()
    window.add(metrics(math.inf), steps=1)
    window.clear()
    window.add(metrics(1.0), steps=1)
    assert window.summary()["loss"] == 1.0
