"""Train each objective on the records of a run, and say what it learned.

    python benchmarks/objectives.py RECORDS VOCABULARY [--steps 1500] [--only NAME ...]

RECORDS and VOCABULARY are the directories that those stages wrote
(`data/05_model_input/RUN/records`, `data/03_primary/RUN/vocabulary`). The model is that of
`conf/base`. Prints a Markdown table: held-out metrics after a fifth of the steps, and at the end.
"""

import argparse
import dataclasses
import logging
import tempfile
import time
from pathlib import Path

from recipe import load_recipe

from selectra_pipeline.config.objective import MaskingConfig, ObjectiveConfig
from selectra_pipeline.config.pretraining import (
    CheckpointConfig,
    EvaluationConfig,
    PretrainingConfig,
)
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

VARIANTS = {
    "ELECTRA": ObjectiveConfig(),
    "whole words": ObjectiveConfig(masking=MaskingConfig(whole_words=True)),
    "masked words alone": ObjectiveConfig(task="mlm"),
    "uniform generator": ObjectiveConfig(generator="uniform"),
    "tied generator": ObjectiveConfig(generator="tied"),
    "untied embeddings": ObjectiveConfig(generator_embeddings="own"),
    "temperature 2": ObjectiveConfig(temperature=2.0),
    "no correct samples": ObjectiveConfig(disallow_correct=True),
    "Electric": ObjectiveConfig(task="electric"),
}
COLUMNS = ("mlm_loss", "mlm_accuracy", "rtd_loss", "rtd_trivial_loss", "rtd_auc")


def base_config(objective: ObjectiveConfig, steps: int) -> PretrainingConfig:
    """The configuration of `conf/base` with another objective and number of steps."""
    return dataclasses.replace(
        load_recipe("base").pretraining,
        objective=objective,
        total_steps=steps,
        evaluation=EvaluationConfig(every=steps // 5),
        checkpoint=CheckpointConfig(every=steps),
        peak_teraflops=1.0,  # not to be measured each time
    )


def row(name: str, heldout: list[dict], seconds: float) -> str:
    """First and last held-out metrics."""
    cells = [
        f"{heldout[0][column]:.3f} → {heldout[-1][column]:.3f}" if column in heldout[0] else ""
        for column in COLUMNS
    ]
    return f"| {name} | {' | '.join(cells)} | {seconds / 60:.1f} |"


def main() -> None:
    """Train the variants one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records")
    parser.add_argument("vocabulary")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--only", nargs="*", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()
    logging.disable(logging.INFO)  # the table alone
    records, tokenizer = Manifest.load(arguments.records), Tokenizer.load(arguments.vocabulary)
    print(f"| objective | {' | '.join(COLUMNS)} | minutes |")
    print("|---|" + "---:|" * (len(COLUMNS) + 1))
    for name in arguments.only:
        config = base_config(VARIANTS[name], arguments.steps)
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            pretrain(config, records, tokenizer, folder, SilentTracker(), create_strategy(config))
            history = read_history(Path(folder) / HISTORY_FILE)
        heldout = [entry for entry in history if entry["split"] == "heldout"]
        print(row(name, heldout, time.monotonic() - begun), flush=True)


if __name__ == "__main__":
    main()
