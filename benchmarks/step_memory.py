"""Peak memory of a training step, by micro-batches and rows of logits.

    python benchmarks/step_memory.py [--env selectra_small] [--batch 8] [--precision bfloat16]

Each row is a process of its own that takes two steps on one batch; what it had before the model was
made is taken off. Prints a Markdown table.
"""

import argparse
import dataclasses
import itertools
import resource
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
ACCUMULATION_STEPS = (1, 2, 4, 8)
LOGIT_ROWS = (10_000, 256, 64)


def peak_bytes() -> int:
    """Resident memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(environment: str, examples: int, changes: dict[str, int | str]) -> tuple[int, int]:
    """Bytes that two steps added to the process, and those of weights, moments and gradients."""
    import numpy as np
    import tensorflow as tf
    from kedro.config import OmegaConfigLoader

    from selectra_pipeline.config.project import ProjectConfig
    from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
    from selectra_pipeline.pretraining.step import PretrainingStep
    from selectra_pipeline.pretraining.training_state import TrainingState
    from selectra_pipeline.records.reader import Batch
    from selectra_pipeline.settings import CONFIG_LOADER_ARGS

    parameters = OmegaConfigLoader(
        conf_source=str(PROJECT / "conf"), env=environment, runtime_params={}, **CONFIG_LOADER_ARGS
    )["parameters"]
    project = ProjectConfig.from_params(parameters)
    config = dataclasses.replace(project.pretraining, batch_size=examples, **changes)
    words, length = project.vocabulary.size, project.records.sequence_length
    tf.zeros([1])  # starts TensorFlow
    before = peak_bytes()
    state = TrainingState.create(config, words)
    vocabulary = MaskingVocabulary(SpecialIds(2, 3, 4), np.zeros(words, bool))
    step = tf.function(PretrainingStep(state, vocabulary, config), autograph=False)
    ids = np.random.default_rng(1).integers(5, words, [examples, length], np.int32)
    batch = Batch(*map(tf.constant, (ids, np.ones_like(ids), np.zeros_like(ids))))
    for _ in range(2):
        step(batch)
    return peak_bytes() - before, 4 * 4 * state.model.count_params()


def main() -> None:
    """Measure each combination in a process of its own, or one in this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--one", nargs=2, type=int, metavar=("ACCUMULATION", "ROWS"))
    arguments = parser.parse_args()
    if arguments.one:
        accumulation, rows = arguments.one
        changes = {"accumulation_steps": accumulation, "logit_rows": rows}
        print(
            *measure(arguments.env, arguments.batch, changes | {"precision": arguments.precision})
        )
        return
    print("| micro-batches | rows of logits | peak, GB | of it weights, moments, gradients |")
    print("|---:|---:|---:|---:|")
    for accumulation, rows in itertools.product(ACCUMULATION_STEPS, LOGIT_ROWS):
        command = [sys.executable, *sys.argv, "--one", str(accumulation), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peak, fixed = map(int, done.stdout.split()[-2:])
        print(f"| {accumulation} | {rows:,} | {peak / 1e9:.2f} | {fixed / 1e9:.2f} |", flush=True)


if __name__ == "__main__":
    main()
