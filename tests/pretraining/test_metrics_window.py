import math

import pytest

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining import metrics_window
from selectra_pipeline.pretraining.metrics_window import MetricsWindow
from selectra_pipeline.pretraining.step import StepMetrics


def metrics(value, positions=100.0, teraflops=6e-9):
    means = StepMetrics(*[value] * len(StepMetrics._fields))
    return means._replace(positions=positions, teraflops=teraflops)


def make_window() -> MetricsWindow:
    return MetricsWindow(PretrainingConfig(), peak_flops=12_000.0)


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
    window.add(metrics(1.0, teraflops=12e-9), steps=2)  # 12,000 of 60,000 FLOPs in 5 seconds
    assert window.summary()["mfu"] == pytest.approx(0.2)


def test_a_cleared_window_forgets():
    window = make_window()
    window.add(metrics(math.inf), steps=1)
    window.clear()
    window.add(metrics(1.0), steps=1)
    assert window.summary()["loss"] == 1.0


def test_batches_of_any_length_count_by_their_positions(monkeypatch):
    clock = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr(metrics_window.time, "perf_counter", lambda: next(clock))
    window = make_window()
    window.add(metrics(1.0, positions=64.0), steps=1)
    window.add(metrics(1.0, positions=128.0), steps=1)
    assert window.summary()["tokens_per_second"] == pytest.approx(96.0)


def reported(**changes):
    window = MetricsWindow(PretrainingConfig(**changes), peak_flops=1.0)
    window.add(metrics(1.0), steps=1)
    return set(window.summary())


def test_a_run_reports_what_it_has():
    everything = {
        *("loss", "mlm_loss", "rtd_loss", "replaced_share", "gradient_norm", "learning_rate"),
        *("tokens_per_second", "mfu"),
    }
    assert reported() == everything
    assert reported(precision="float16") == everything | {"loss_scale", "skipped_updates"}
    mlm = ObjectiveConfig(task="mlm")
    assert reported(objective=mlm) == everything - {"rtd_loss", "replaced_share"}
    uniform = ObjectiveConfig(generator="uniform")
    assert reported(objective=uniform) == everything - {"mlm_loss"}
