import subprocess
import sys

import numpy as np
import pytest
from tiny_run import STEPS, config

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.pretraining.plan_report import (
    count_parameters,
    plan_report,
    planned_learning_rates,
)

SMALL = ArchitectureConfig(
    hidden_size=256, num_layers=12, num_heads=4, intermediate_size=1024, max_position_embeddings=512
)


def cells(report: str) -> list[list[str]]:
    return [line.strip("|").split("|") for line in report.splitlines() if line.startswith("|")]


def rows(report: str) -> dict[str, str]:
    return {row[0].strip(): row[1].strip() for row in cells(report)}


def test_steps_examples_tokens_and_epochs_follow_from_the_records(tiny):
    found = rows(plan_report(config(), tiny.records, tiny.tokenizer.size))
    examples = STEPS * 16
    assert found["steps"] == str(STEPS)
    assert found["examples"] == f"{examples}, 16 a step"
    assert found["tokens, padding included"] == f"{examples * 32:,}"
    held = tiny.records.count("train")
    assert found["epochs"] == f"{examples / held:.2f} of {held} examples"


def test_batches_of_several_lengths_have_at_most_so_many_tokens(tiny):
    found = rows(plan_report(config(length_buckets=[16]), tiny.records, tiny.tokenizer.size))
    assert found["tokens, padding included"] == f"at most {STEPS * 16 * 32:,}"


def test_it_says_which_checkpoints_are_kept(tiny):
    plain = rows(plan_report(config(), tiny.records, 200))["checkpoints"]
    assert plain == "every 20 steps, the newest 2 kept"
    best = config(evaluation={"every": 10}, checkpoint={"keep_best": 3, "best_metric": "mlm_loss"})
    found = rows(plan_report(best, tiny.records, 200))["checkpoints"]
    assert found == f"{plain}, and the best 3 by mlm_loss"


def test_every_cycle_has_its_row(tiny):
    schedule = {"kind": "constant_with_cooldown", "peak": 1e-3, "warmup_steps": 5}
    planned = config(schedule={**schedule, "cooldown_steps": 10, "restarts": [25]})
    report = plan_report(planned, tiny.records, 200)
    assert "Learning rate: constant_with_cooldown, peak 0.001." in report
    first, second = ([cell.strip() for cell in row] for row in cells(report)[-2:])
    assert first == ["1", "0", "5", "15", "24", "0.0001"]
    assert second == ["2", "25", "30", "50", "59", "0.0001"]


@pytest.mark.parametrize("width", [None, 24])
def test_parameters_are_counted_as_the_model_counts_them(width):
    run = config(architecture={"embedding_size": width})
    model = Electra.create(run.architecture, 200, "float32", seed=1)
    assert count_parameters(run, 200) == model.count_params()


def test_the_parameters_of_selectra_small_are_the_published_ones():
    assert count_parameters(PretrainingConfig(architecture=SMALL), 50_000) == 23_158_673


def test_the_curve_holds_the_corners_of_every_cycle():
    long = config(total_steps=300_000, schedule={"warmup_steps": 10_000, "restarts": [150_000]})
    steps, rates = planned_learning_rates(long)
    assert (np.diff(steps) > 0).all()
    assert {0, 10_000, 149_999, 150_000, 160_000, 299_999} <= set(steps)
    assert len(steps) < 2_100
    assert rates.max() == rates[steps == 10_000] == rates[steps == 160_000]
    assert rates[steps == 150_000] == 0.0


PLAN_THEN_CONFIGURE = """
import tensorflow as tf
from pathlib import Path
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining.checkpoint import newest_step
from selectra_pipeline.pretraining.plan_report import count_parameters, planned_learning_rates

config = PretrainingConfig()
planned_learning_rates(config)
count_parameters(config, 100)
newest_step(Path("nowhere"))
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
"""


def test_planning_leaves_the_devices_to_the_strategy():
    """TensorFlow refuses the last line of the script once anything was computed."""
    command = [sys.executable, "-c", PLAN_THEN_CONFIGURE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
