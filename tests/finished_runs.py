"""A tiny finished pre-training run, made without training: fixtures of several folders."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.model.trained import TOKENIZER_DIRECTORY
from selectra_pipeline.pretraining.checkpoint import Checkpoints
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.shards.manifest import Manifest, Shard
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

LETTERS = "abcdefghijklmnñopqrstuvwxyzáéíóúüABCEÉÑÁ"
WORDS = ["camión", "El", "cruzó", "la", "frontera", "sólo", "solo", "año", "ano", "##ón", "##güi"]
VOCABULARY = [
    *SPECIAL_TOKENS,
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *WORDS,
    *".,;:¿?¡!«»…–",
    "😀",
    "漢",
]

WIDE = ArchitectureConfig(
    hidden_size=32, num_layers=2, num_heads=2, intermediate_size=48, max_position_embeddings=24
)
NARROW = dataclasses.replace(WIDE, embedding_size=12)

WEIGHTS_FILE = "weights.npz"

MakeRun = Callable[..., Manifest]


@pytest.fixture(scope="session")
def vocabulary() -> list[str]:
    return VOCABULARY


@pytest.fixture(scope="session")
def make_run(tmp_path_factory) -> MakeRun:
    return lambda *args, **kwargs: finished_run(tmp_path_factory.mktemp("run"), *args, **kwargs)


@pytest.fixture(scope="session")
def wide_run(make_run) -> Manifest:
    return make_run(WIDE)


@pytest.fixture(scope="session")
def narrow_run(make_run) -> Manifest:
    return make_run(NARROW)


def finished_run(
    directory: Path,
    architecture: ArchitectureConfig = WIDE,
    tokenizer: Tokenizer | None = None,
    table_rows: int | None = None,
    objective: ObjectiveConfig | None = None,
) -> Manifest:
    """What a run of 7 steps leaves behind; `table_rows` other than the tokenizer's is a fault.

    No weight is one that a seed gives, so that each must come from the checkpoint. All are wide
    enough to show in the logits. WEIGHTS_FILE keeps them by path, apart from TensorFlow.
    """
    config = PretrainingConfig(
        architecture=architecture,
        objective=objective or ObjectiveConfig(),
        schedule=ScheduleConfig(warmup_steps=100),
        seed=3,
    )
    tokenizer = tokenizer or Tokenizer(VOCABULARY)
    state = TrainingState.create(config, table_rows or tokenizer.size)
    model = state.model
    draw = np.random.default_rng(11)
    for variable in model.trainable_variables:
        variable.assign_add(draw.normal(0, 0.3, variable.shape))
    np.savez(directory / WEIGHTS_FILE, **{v.path: v.numpy() for v in model.trainable_variables})
    state.optimizer.step.assign(7)
    prefix = Checkpoints(directory, state.variables(), config.checkpoint).save()
    tokenizer.save(directory / TOKENIZER_DIRECTORY)
    manifest = Manifest(
        directory=directory,
        kind="pretraining",
        fingerprint=fingerprint("pretraining", config),
        shards={
            "checkpoint": tuple(
                dataclasses.replace(Shard.describe(path, 1), name=f"checkpoints/{path.name}")
                for path in sorted(prefix.parent.glob(f"{prefix.name}.*"))
            )
        },
        facts={"step": 7, "heldout": {}, "config": config.to_dict()},
    )
    manifest.save()
    return manifest
