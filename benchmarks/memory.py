"""Peak memory of a training step by micro-batches, and of the output by rows of logits.

    python benchmarks/memory.py [--env selectra_small] [--batch 8]

The output is measured for the predictions of the recipe's whole batch. Each row is a process of its
own; what it had before is taken off. Prints two Markdown tables.
"""

import argparse
import dataclasses
import resource
import subprocess
import sys

from recipe import load_recipe

ACCUMULATION_STEPS = (1, 2, 4, 8)
LOGIT_ROWS = (20_000, 4096, 1024, 256)


def peak_bytes() -> int:
    """Resident memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def step_bytes(environment: str, examples: int, accumulation_steps: int) -> int:
    """What two steps add to the process, weights and moments included."""
    import numpy as np
    import tensorflow as tf

    from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
    from selectra_pipeline.pretraining.step import PretrainingStep
    from selectra_pipeline.pretraining.training_state import TrainingState
    from selectra_pipeline.records.reader import Batch

    project = load_recipe(environment)
    config = dataclasses.replace(
        project.pretraining, batch_size=examples, accumulation_steps=accumulation_steps
    )
    words, length = project.vocabulary.size, project.records.sequence_length
    tf.zeros([1])  # starts TensorFlow
    before = peak_bytes()
    vocabulary = MaskingVocabulary(SpecialIds(2, 3, 4), np.zeros(words, bool))
    step = PretrainingStep(TrainingState.create(config, words), vocabulary, config)
    train = tf.function(step, autograph=False)
    ids = np.random.default_rng(1).integers(5, words, [examples, length], np.int32)
    batch = Batch(*map(tf.constant, (ids, np.ones_like(ids), np.zeros_like(ids))))
    for _ in range(2):
        train(batch)
    return peak_bytes() - before


def output_bytes(environment: str, logit_rows: int) -> int:
    """What losses, samples and gradients of a whole batch's predictions add to the process."""
    import tensorflow as tf

    from selectra_pipeline.pretraining.word_prediction import Rows, Sampling, predict_words

    project = load_recipe(environment)
    run, words = project.pretraining, project.vocabulary.size
    width = run.architecture.discriminator(words).embedding_size
    predictions = run.objective.masking.max_predictions(project.records.sequence_length)
    count = run.batch_size * predictions
    table, bias = tf.random.stateless_normal([words, width], [1, 2], 0.0, 0.02), tf.zeros([words])
    rows = Rows(
        tf.cast(tf.random.stateless_normal([count, width], [1, 3]), run.precision),
        tf.zeros([count], tf.int32),
        tf.fill([count], 1.0 / count),
        tf.random.stateless_uniform([count], [1, 4]),
    )
    before = peak_bytes()

    @tf.function(autograph=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch((rows.states, table, bias))
            loss = predict_words(rows, table, bias, Sampling(), logit_rows, training=True)[0]
        return tape.gradient(loss, (rows.states, table, bias))

    gradients()
    return peak_bytes() - before


def in_a_process_of_its_own(*arguments: str) -> float:
    """Gigabytes that this script, called so, measures."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1e9


def main() -> None:
    """Print both tables, or measure one of their rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--accumulation-steps", type=int)
    parser.add_argument("--logit-rows", type=int)
    given = parser.parse_args()
    if given.accumulation_steps:
        print(step_bytes(given.env, given.batch, given.accumulation_steps))
        return
    if given.logit_rows:
        print(output_bytes(given.env, given.logit_rows))
        return
    base = ("--env", given.env, "--batch", str(given.batch))
    print(f"| micro-batches of {given.batch} examples | step, GB |\n|---:|---:|")
    for parts in ACCUMULATION_STEPS:
        peak = in_a_process_of_its_own(*base, "--accumulation-steps", str(parts))
        print(f"| {parts} | {peak:.2f} |", flush=True)
    print("\n| rows of logits at a time | output, GB |\n|---:|---:|")
    for rows in LOGIT_ROWS:
        peak = in_a_process_of_its_own(*base, "--logit-rows", str(rows))
        print(f"| {rows:,} | {peak:.2f} |", flush=True)


if __name__ == "__main__":
    main()
