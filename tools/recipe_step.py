"""The training step of a published recipe, as one replica runs it: what the TPU checks look at."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from kedro.config import OmegaConfigLoader

from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.step import PretrainingStep
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[1]
SPECIAL = SpecialIds(cls=2, sep=3, mask=4)  # their places in a vocabulary of this project


def recipe(environment: str, **changes: int) -> ProjectConfig:
    """The configuration of the environment `environment` (`selectra_small`), in bfloat16.

    changes: of settings under `pretraining`.
    """
    parameters = OmegaConfigLoader(
        conf_source=str(PROJECT / "conf"), env=environment, runtime_params={}, **CONFIG_LOADER_ARGS
    )["parameters"]
    parameters["pretraining"].update({**changes, "precision": "bfloat16"})
    return ProjectConfig.from_params(parameters)


def replica_step(environment: str, **changes: int) -> Callable[..., tuple[tf.Tensor, ...]]:
    """The step of a recipe from the three tensors of a `Batch` to its metrics."""
    config = recipe(environment, **changes)
    run, words = config.pretraining, config.vocabulary.size
    vocabulary = MaskingVocabulary(SPECIAL, np.zeros(words, bool))
    step = PretrainingStep(TrainingState.create(run, words), vocabulary, run)

    def train(input_ids: tf.Tensor, input_mask: tf.Tensor, segment_ids: tf.Tensor):
        return tuple(step(Batch(input_ids, input_mask, segment_ids)))

    return train


def empty_batch(environment: str, examples: int) -> Batch:
    """A batch of the recipe's shape, int32 [examples, seq], for tracing."""
    shape = [examples, recipe(environment).records.sequence_length]
    return Batch(*(tf.zeros(shape, tf.int32) for _ in Batch._fields))
