"""What a run is about to do, said before its first step.

Nothing here starts TensorFlow's devices: a strategy that spans hosts must be the first to do so.
"""

import keras
import numpy as np

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.training.schedule import LearningRateSchedule

PLOTTED_POINTS = 2_000


def plan_report(config: PretrainingConfig, records: Manifest, vocab_size: int) -> str:
    """Steps, examples, tokens, epochs, parameters and cycles of the learning rate, as Markdown."""
    examples = config.total_steps * config.batch_size
    tokens = f"{examples * records.facts['sequence_length']:,}"
    held = records.count("train")
    rows = (
        ("steps", f"{config.total_steps:,}"),
        ("examples", f"{examples:,}, {config.batch_size} a step"),
        ("tokens, padding included", f"at most {tokens}" if config.length_buckets else tokens),
        ("epochs", f"{examples / held:.2f} of {held:,} examples"),
        ("parameters", f"{count_parameters(config, vocab_size):,}"),
        ("held-out evaluation", f"every {config.evaluation.every:,} steps"),
        ("checkpoints", _checkpoints(config)),
    )
    lines = ["# Pre-training plan", "", "| | |", "|---|---:|"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([*lines, "", *_cycles(config)]) + "\n"


def planned_learning_rates(config: PretrainingConfig) -> tuple[np.ndarray, np.ndarray]:
    """Steps spread over a run, with the first and the last of every cycle, and their rates."""
    spread = np.linspace(0, config.total_steps - 1, PLOTTED_POINTS).astype(np.int64)
    warm = config.schedule.warmup_steps
    corners = [
        step
        for start, end in config.schedule.cycles(config.total_steps)
        for step in (start, start + warm, end - 1)
    ]
    steps = np.union1d(spread, corners)
    return steps, LearningRateSchedule(config.schedule, config.total_steps).planned(steps)


def count_parameters(config: PretrainingConfig, vocab_size: int) -> int:
    """Trainable parameters of generator and discriminator together, without allocating them."""
    with keras.StatelessScope(initialize_variables=False):
        model = Electra.uninitialized(
            config.architecture, vocab_size, config.precision, config.objective
        )
        return model.count_params()


def _checkpoints(config: PretrainingConfig) -> str:
    checkpoint = config.checkpoint
    newest = f"every {checkpoint.every:,} steps, the newest {checkpoint.keep} kept"
    if checkpoint.keep_best == 0:
        return newest
    return f"{newest}, and the best {checkpoint.keep_best} by {checkpoint.best_metric}"


def _cycles(config: PretrainingConfig) -> list[str]:
    """A table of the cycles of the learning rate, all in steps of the run."""
    schedule = config.schedule
    rates = LearningRateSchedule(schedule, config.total_steps)
    lines = [
        f"Learning rate: {schedule.kind}, peak {schedule.peak:g}.",
        "",
        "| cycle | first step | warm-up until | cooldown from | last step | last rate |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for number, (start, end) in enumerate(schedule.cycles(config.total_steps), start=1):
        cooldown = f"{end - schedule.cooldown_steps:,}" if schedule.cooldown_steps else ""
        (last,) = rates.planned(np.array([end - 1]))
        lines.append(
            f"| {number} | {start:,} | {start + schedule.warmup_steps:,} | {cooldown} "
            f"| {end - 1:,} | {last:.3g} |"
        )
    return lines
