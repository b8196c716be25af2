from types import SimpleNamespace

import pytest
import tensorflow as tf
from tiny_run import config

from selectra_pipeline.pretraining import device_speed
from selectra_pipeline.pretraining.device_speed import measure_flops, peak_flops


def test_the_configured_ceiling_is_that_of_one_device():
    strategy = SimpleNamespace(num_replicas_in_sync=4)
    assert peak_flops(config(peak_teraflops=2.5), strategy) == 10e12


def test_the_measured_ceiling_is_that_of_the_fastest_go(monkeypatch):
    clock = iter([0.0, 0.2, 1.0, 1.25, 2.0, 2.15])  # goes of 0.2, 0.25 and 0.15 seconds
    monkeypatch.setattr(device_speed.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(device_speed, "PROCESSOR_SIZE", 64)
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    assert measure_flops(strategy, "float32") == pytest.approx(2 * 64**3 / 0.15)


def test_short_goes_are_made_longer_until_starting_one_does_not_count(monkeypatch):
    clock = iter([0.0, 0.1, 1.0, 1.1, 2.0, 2.2, 3.0, 3.2])
    monkeypatch.setattr(device_speed.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(device_speed, "PROCESSOR_SIZE", 64)
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    four_products_in_the_third_go = 4 * 2 * 64**3 / 0.2
    assert measure_flops(strategy, "bfloat16") == pytest.approx(four_products_in_the_third_go)


@pytest.mark.parametrize(
    ("precision", "bfloat16", "warned"),
    [("bfloat16", 1e11, True), ("bfloat16", 2e11, False), ("float32", 1e11, False)],
)
def test_a_processor_without_fast_bfloat16_is_told_of(
    precision, bfloat16, warned, monkeypatch, caplog
):
    speeds = {"bfloat16": bfloat16, "float32": 1e11}
    monkeypatch.setattr(device_speed, "measure_flops", lambda _, precision: speeds[precision])
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    assert (
        peak_flops(config(precision=precision, peak_teraflops=None), strategy)
        == (speeds[precision])
    )
    assert ("precision=float32 takes less time here" in caplog.text) == warned
