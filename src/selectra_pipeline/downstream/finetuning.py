"""One optimisation step of fine-tuning, and predictions."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.downstream.batching import LabelledBatch
from selectra_pipeline.downstream.layerwise import rate_factors
from selectra_pipeline.downstream.losses import counted
from selectra_pipeline.downstream.prediction import INPUTS, predictor
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.task_type import Objective
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import LearningRateSchedule
from selectra_pipeline.training.single_device import graph_on, single_device


class Finetuning:
    """A model in training: AdamW, warm-up and linear decay, layerwise learning rates.

    Runs on a single device, whatever is around it. Everything random is a function of the seed and
    the step. The first part of all traces, the first of each length compiles the fused groups.

    Args:
        total_steps: steps until the learning rate is zero.
        objective: the loss, and what is predicted.
    """

    def __init__(
        self, model: TaskModel, total_steps: int, config: FinetuningConfig, objective: Objective
    ) -> None:
        self.model, self.objective = model, objective
        self.seed = config.seed
        variables = model.trainable_variables
        warmup = int(config.warmup_fraction * total_steps)
        schedule = ScheduleConfig(peak=config.learning_rate, warmup_steps=warmup)
        # Decay 0.01 and clipping at norm 1, as in pre-training.
        self.optimizer_config = OptimizerConfig()
        self.strategy = single_device()
        with self.strategy.scope():
            self.optimizer = AdamW(
                variables,
                self.optimizer_config,
                LearningRateSchedule(schedule, total_steps),
                rate_factors([v.path for v in variables], model.config.num_layers, config),
            )
            self._accumulators = [
                tf.Variable(tf.zeros(variable.shape), trainable=False) for variable in variables
            ]
        labelled = LabelledBatch(INPUTS, objective.label_spec)
        scalar, number = tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.int32)
        part = _Part(labelled, share=scalar, number=number)
        self._part_step = graph_on(self.strategy, self._accumulate, part)
        self._update = graph_on(self.strategy, self._apply, scalar)
        self._predict = predictor(model, objective, self.strategy)

    def train(self, parts: Sequence[LabelledBatch]) -> tf.Tensor:
        """One step on a batch that comes in parts; its loss before the step, a scalar.

        The loss is the mean over all labels of the batch, and so its gradient, whatever the parts.
        """
        counts = [float(tf.reduce_sum(counted(part.labels))) for part in parts]
        total = max(sum(counts), 1.0)
        losses = [
            self._part_step(_Part(part, tf.constant(count / total), tf.constant(number)))
            for number, (part, count) in enumerate(zip(parts, counts, strict=True))
        ]
        return self._update(tf.add_n(losses))

    def predict(self, inputs: Batch) -> tf.Tensor:
        """What the objective makes of the logits, [batch, ...]."""
        return self._predict(inputs)

    def _accumulate(self, part: "_Part") -> tf.Tensor:
        """Add the gradient of a part to what was there; the part's share of the loss."""
        noise = root_noise(self.seed).fold_in(tf.identity(self.optimizer.step)).fold_in(part.number)
        variables = [variable.value for variable in self.model.trainable_variables]
        inputs, labels = part.batch
        with tf.GradientTape() as tape:
            logits = self.model(inputs, noise=noise)
            loss = part.share * self.objective.loss(logits, labels, inputs.input_mask)
        gradients = tape.gradient(loss, variables)
        for accumulator, gradient in zip(self._accumulators, gradients, strict=True):
            # Those of tables arrive as indexed slices, in which an entry may occur twice.
            accumulator.assign_add(tf.convert_to_tensor(gradient))
        return loss

    def _apply(self, loss: tf.Tensor) -> tf.Tensor:
        """Update the weights; nothing is accumulated afterwards."""
        gradients = [tf.identity(accumulator) for accumulator in self._accumulators]
        clipped, _ = tf.clip_by_global_norm(gradients, self.optimizer_config.clip_norm)
        self.optimizer.apply(clipped)
        for accumulator in self._accumulators:
            accumulator.assign(tf.zeros_like(accumulator))
        return loss


class _Part(NamedTuple):
    """A part of a batch.

    Attributes:
        share: of the batch's labels, float32.
        number: of the part, int32.
    """

    batch: LabelledBatch
    share: tf.Tensor
    number: tf.Tensor
