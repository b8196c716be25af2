"""Whether what makes the step fast costs anything: loss curves beside those of the plain way.

    python benchmarks/loss_curves.py RECORDS VOCABULARY [--env selectra_small] [--batch 16]
        [--steps 500] [--dropout 0.1] [--seeds 2] [--variants float32 bfloat16 ...]
        [--plot curves.png]

RECORDS and VOCABULARY are the directories that those stages wrote
(`data/05_model_input/RUN/records`, `data/03_primary/RUN/vocabulary`). Every variant is trained once
a seed; how far seeds lie apart is the noise that a difference has to exceed. Prints a Markdown
table of the end of the curves: training losses over the last fifth of the steps, and held-out
metrics, as means over seeds with half the distance between the farthest two.
"""

import argparse
import contextlib
import dataclasses
import logging
import multiprocessing
import statistics
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from matplotlib.figure import Figure
from recipe import load_recipe

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model import dropout
from selectra_pipeline.model.noise import uniform
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class Variant(NamedTuple):
    """One way to compute the same step: `philox` draws dropout from Philox instead of a hash."""

    precision: str
    philox: bool = False


VARIANTS = {
    "float32": Variant("float32"),
    "float32, Philox": Variant("float32", philox=True),
    "bfloat16": Variant("bfloat16"),
}
TRAINED = ("mlm_loss", "rtd_loss")
HELDOUT = ("mlm_loss", "rtd_loss", "rtd_auc")
POINTS = 25  # of a curve
SMOOTHED = 0.2  # share of the steps that the table's training losses are means over


def configuration(variant: Variant, seed: int, arguments: argparse.Namespace) -> PretrainingConfig:
    """The recipe, with its learning rate's course squeezed into so many steps."""
    config, steps = load_recipe(arguments.env).pretraining, arguments.steps
    architecture = config.architecture
    if arguments.dropout is not None:
        rate = arguments.dropout
        architecture = dataclasses.replace(architecture, dropout=rate, attention_dropout=rate)
    return dataclasses.replace(
        config,
        architecture=architecture,
        precision=variant.precision,
        seed=seed,
        batch_size=arguments.batch or config.batch_size,
        total_steps=steps,
        schedule=dataclasses.replace(config.schedule, warmup_steps=steps // 10, restarts=()),
        evaluation=dataclasses.replace(config.evaluation, every=steps // 5),
        checkpoint=dataclasses.replace(config.checkpoint, every=steps),
        log_every=steps // POINTS,
        steps_per_loop=1,
        peak_teraflops=1.0,  # not to be measured each time
    )


@contextlib.contextmanager
def drawn(variant: Variant) -> Iterator[None]:
    """Where dropout draws its numbers."""
    if not variant.philox:
        yield
        return
    with mock.patch.object(
        dropout, "kept", lambda shape, rate, noise: uniform(shape, noise) >= rate
    ):
        yield


def train(variant: Variant, seed: int, arguments: argparse.Namespace) -> list[dict]:
    """The history of one run."""
    logging.disable(logging.INFO)
    config = configuration(variant, seed, arguments)
    records, tokenizer = Manifest.load(arguments.records), Tokenizer.load(arguments.vocabulary)
    with tempfile.TemporaryDirectory() as folder, drawn(variant):
        pretrain(config, records, tokenizer, folder, SilentTracker(), create_strategy(config))
        return read_history(Path(folder) / HISTORY_FILE)


def curve(history: list[dict], split: str, metric: str) -> list[tuple[int, float]]:
    """(step, value)."""
    return [(entry["step"], entry[metric]) for entry in history if entry["split"] == split]


def ends(history: list[dict], steps: int) -> list[float]:
    """What the table shows of one run."""
    trained = [
        statistics.mean(
            value
            for step, value in curve(history, "train", metric)
            if step > (1 - SMOOTHED) * steps
        )
        for metric in TRAINED
    ]
    return trained + [curve(history, "heldout", metric)[-1][1] for metric in HELDOUT]


def row(name: str, histories: list[list[dict]], steps: int) -> str:
    """Means over seeds."""
    columns = zip(*(ends(history, steps) for history in histories), strict=True)
    cells = [f"{statistics.mean(c):.4f} ± {(max(c) - min(c)) / 2:.4f}" for c in columns]
    return f"| {name} | {' | '.join(cells)} |"


def plot(histories: dict[str, list[list[dict]]], path: str) -> None:
    """Training losses, a thin line for each seed."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, metric in zip(figure.subplots(1, len(TRAINED)), TRAINED, strict=True):
        for number, (name, of_name) in enumerate(histories.items()):
            for seed, history in enumerate(of_name):
                label = None if seed else name
                points = zip(*curve(history, "train", metric), strict=True)
                axes.plot(*points, color=f"C{number}", linewidth=1.2, alpha=0.8, label=label)
        axes.set_title(f"{metric.replace('_loss', '').upper()} loss, training (nats)")
        axes.set_xlabel("step")
    axes.legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Train the variants one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records")
    parser.add_argument("vocabulary")
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, help="the recipe's, if not given")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--dropout", type=float, help="the recipe's, if not given")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--plot")
    arguments = parser.parse_args()
    # A process for each run: groups that were compiled for one variant would serve the next.
    spawn = multiprocessing.get_context("spawn")
    processes = ProcessPoolExecutor(1, spawn, max_tasks_per_child=1)
    print(f"| variant | {' | '.join(TRAINED)} | held-out {' | held-out '.join(HELDOUT)} |")
    print("|---|" + "---:|" * (len(TRAINED) + len(HELDOUT)))
    histories = {}
    for name in arguments.variants:
        seeds = range(1, arguments.seeds + 1)
        runs = [processes.submit(train, VARIANTS[name], seed, arguments) for seed in seeds]
        histories[name] = [run.result() for run in runs]
        print(row(name, histories[name], arguments.steps), flush=True)
    if arguments.plot:
        plot(histories, arguments.plot)


if __name__ == "__main__":
    main()
