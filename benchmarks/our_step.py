"""This project's optimisation step, as `pretraining` runs it, on one batch over and over."""

from collections.abc import Callable

import selectra_pipeline  # noqa: F401  sets TensorFlow up, before it is imported

# isort: split
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import training_flops
from selectra_pipeline.pretraining.device_speed import measure_flops
from selectra_pipeline.pretraining.distributed_batches import distribute
from selectra_pipeline.pretraining.distributed_step import DistributedStep
from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.step import PretrainingStep
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import Batch

SPECIAL = SpecialIds(cls=2, sep=3, mask=4)


def create(project: ProjectConfig) -> Callable[[], float]:
    """A function that takes a step and returns its loss."""
    config = project.pretraining
    strategy = create_strategy(config)
    with strategy.scope():
        step = _step(project)
    steps = DistributedStep(strategy, step, False)
    one = tf.data.Dataset.from_tensors(_batch(project))
    batches = iter(distribute(strategy, one.repeat()))
    return lambda: steps(batches, 1, stop=False).metrics.loss


def traced(project: ProjectConfig) -> tf.types.experimental.ConcreteFunction:
    """The graph of a step, its operations not yet gathered into groups."""
    step = _step(project)
    return tf.function(step, autograph=False).get_concrete_function(
        Batch(*map(tf.constant, _batch(project)))
    )


def _step(project: ProjectConfig) -> PretrainingStep:
    config, words = project.pretraining, project.vocabulary.size
    vocabulary = MaskingVocabulary(SPECIAL, np.zeros(words, bool))
    return PretrainingStep(TrainingState.create(config, words), vocabulary, config)


def _batch(project: ProjectConfig) -> Batch:
    shape = [project.pretraining.batch_size, project.records.sequence_length]
    ids = np.random.default_rng(1).integers(5, project.vocabulary.size, shape, np.int32)
    return Batch(ids, np.ones_like(ids), np.zeros_like(ids))


def example_flops(project: ProjectConfig) -> int:
    """Model FLOPs of training on one example."""
    config = project.pretraining
    model = Electra.uninitialized(
        config.architecture, project.vocabulary.size, config.precision, config.objective
    )
    return training_flops(model, config.objective, project.records.sequence_length)


def create_ceiling(project: ProjectConfig) -> Callable[[], float]:
    """A function that measures the FLOPs a second of plain matrix products."""
    precision = project.pretraining.precision
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    return lambda: measure_flops(strategy, precision)
