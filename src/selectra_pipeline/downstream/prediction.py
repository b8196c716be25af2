"""What a model with the head of a task says of examples."""

import itertools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.sequence_packing import PackedBatch
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.task_type import Objective
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.single_device import graph_on

TOKENS = tf.TensorSpec([None, None], tf.int32)
INPUTS = PackedBatch(Batch(TOKENS, TOKENS, TOKENS), TOKENS, TOKENS)

Predict = Callable[[PackedBatch], tf.Tensor]
AskedToStop = Callable[[], bool]


def predictor(model: TaskModel, objective: Objective, strategy: tf.distribute.Strategy) -> Predict:
    """What the objective makes of a model's logits for a batch, [batch, ...], without dropout.

    Args:
        strategy: of one device.
    """

    def outputs(inputs: PackedBatch) -> tf.Tensor:
        return objective.outputs(model(inputs))

    return graph_on(strategy, outputs, INPUTS)


def outputs_in_order(
    predict: Predict, batches: PackedBatches, asked_to_stop: AskedToStop = lambda: False
) -> list[np.ndarray] | None:
    """The outputs of all examples, in their order; None if it was asked to stop before the end."""
    outputs: dict[int, np.ndarray] = {}
    for group in itertools.takewhile(lambda _: not asked_to_stop(), batches.in_order()):
        found = predict(batches.pack(group).inputs).numpy()
        outputs.update(zip(group, found, strict=False))  # what fills up a batch is left out
    if len(outputs) < len(batches.examples):
        return None
    return [outputs[index] for index in range(len(outputs))]
