"""What reading records costs a pre-training step: the same step on one batch over and over.

    python benchmarks/input_pipeline.py RECORDS VOCABULARY [--env selectra_small] [--batch 8]
        [--steps 10] [--rounds 10]

RECORDS and VOCABULARY are the directories that those stages wrote
(`data/05_model_input/RUN/records`, `data/03_primary/RUN/vocabulary`). One model takes turns: a
block of steps on batches as a run reads them (shards in a new order every epoch, shuffled, parsed,
prefetched), a block on a batch that is there already. Batches that are prefetched while the other
block runs are few, and a block is long. Prints a Markdown table of medians per step, time and
processor time; what the input costs is the difference.
"""

import argparse
import dataclasses
import statistics
import time
from collections import defaultdict

import selectra_pipeline  # noqa: F401  sets TensorFlow up, before it is imported

# isort: split
import tensorflow as tf
from recipe import load_recipe

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining.distributed_batches import distribute
from selectra_pipeline.pretraining.distributed_step import DistributedStep
from selectra_pipeline.pretraining.masking import MaskingVocabulary
from selectra_pipeline.pretraining.step import PretrainingStep
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import training_batches
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

RECORDS, CONSTANT = "records", "one batch over and over"


def measure(
    config: PretrainingConfig, records: Manifest, tokenizer: Tokenizer, steps: int, rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Seconds and processor seconds of a step in each block, by input, but the first."""
    strategy = create_strategy(config)
    with strategy.scope():
        state = TrainingState.create(config, tokenizer.size)
        step = PretrainingStep(state, MaskingVocabulary.of(tokenizer), config)
    train_steps = DistributedStep(strategy, step, varying_lengths=False)
    read = training_batches(records, config.batch_size, config.seed)
    constant = tf.data.Dataset.from_tensors(next(iter(read))).repeat()
    batches = {
        name: iter(distribute(strategy, dataset))
        for name, dataset in ((RECORDS, read), (CONSTANT, constant))
    }
    taken = defaultdict(list)
    for _ in range(1 + rounds):
        for name, iterator in batches.items():
            start, processor_start = time.perf_counter(), time.process_time()
            for _ in range(steps):
                float(train_steps(iterator, 1, stop=False).metrics.loss)
            seconds, processor_seconds = (
                time.perf_counter() - start,
                time.process_time() - processor_start,
            )
            taken[name].append((seconds / steps, processor_seconds / steps))
    return {name: of_name[1:] for name, of_name in taken.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records")
    parser.add_argument("vocabulary")
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, help="the recipe's, if not given")
    parser.add_argument("--steps", type=int, default=10, help="of a block")
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    config = load_recipe(arguments.env).pretraining
    config = dataclasses.replace(config, batch_size=arguments.batch or config.batch_size)
    records, tokenizer = Manifest.load(arguments.records), Tokenizer.load(arguments.vocabulary)
    taken = measure(config, records, tokenizer, arguments.steps, arguments.rounds)
    print(f"{arguments.env}, {config.batch_size} x {records.facts['sequence_length']}")
    print("| input | ms | processor-ms |\n|---|---:|---:|")
    for name, blocks in taken.items():
        seconds, processor_seconds = (
            statistics.median(values) for values in zip(*blocks, strict=True)
        )
        print(f"| {name} | {seconds * 1e3:.1f} | {processor_seconds * 1e3:.1f} |")


if __name__ == "__main__":
    main()
