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
from selectra_pipeline.downstream.sequence_packing import PackedBatch
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.task_type import Objective
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import LearningRateSchedule
from selectra_pipeline.training.single_device import graph_on, single_device


class Finetuning:
    """A model in training: AdamW, warm-up and linear decay, layerwise learning rates.

    Runs on a single device, whatever is around it. Everything random is a function of the seed and
    the step. The first batch of all traces, as does the first of several parts; the first of each
    shape compiles the fused groups.

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
        self._accumulators: list[tf.Variable] = []  # of gradients; where batches have several parts
        labelled = LabelledBatch(INPUTS, objective.label_spec)
        scalar, number = tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.int32)
        part = _Part(labelled, share=scalar, number=number)
        self._whole = graph_on(self.strategy, self._train_whole, labelled)
        self._part = graph_on(self.strategy, self._accumulate, part)
        self._update = graph_on(self.strategy, self._apply_accumulated, scalar)
        self._predict = predictor(model, objective, self.strategy)

    def train(self, parts: Sequence[LabelledBatch]) -> tf.Tensor:
        """One step on a batch that comes in parts; its loss before the step, a scalar.

        The loss is the mean over all labels of the batch, and so its gradient, whatever the parts.
        """
        if len(parts) == 1:
            return self._whole(parts[0])
        if not self._accumulators:
            with self.strategy.scope():
                self._accumulators = [
                    tf.Variable(tf.zeros(variable.shape), trainable=False)
                    for variable in self.model.trainable_variables
                ]
        counts = [float(tf.reduce_sum(counted(part.labels))) for part in parts]
        total = max(sum(counts), 1.0)
        losses = [
            self._part(_Part(part, tf.constant(count / total), tf.constant(number)))
            for number, (part, count) in enumerate(zip(parts, counts, strict=True))
        ]
        return self._update(tf.add_n(losses))

    def predict(self, inputs: PackedBatch) -> tf.Tensor:
        """What the objective makes of the logits, [batch, ...]."""
        return self._predict(inputs)

    def _train_whole(self, batch: LabelledBatch) -> tf.Tensor:
        """Update the weights with a batch of one part; its loss."""
        loss, gradients = self._gradients(_Part(batch, tf.constant(1.0), tf.constant(0)))
        self._apply(gradients)
        return loss

    def _accumulate(self, part: "_Part") -> tf.Tensor:
        """Add the gradient of a part to what was there; the part's share of the loss."""
        loss, gradients = self._gradients(part)
        for accumulator, gradient in zip(self._accumulators, gradients, strict=True):
            accumulator.assign_add(gradient)
        return loss

    def _apply_accumulated(self, loss: tf.Tensor) -> tf.Tensor:
        """Update the weights with what is accumulated, of which nothing is left; the loss."""
        self._apply([tf.identity(accumulator) for accumulator in self._accumulators])
        for accumulator in self._accumulators:
            accumulator.assign(tf.zeros_like(accumulator))
        return loss

    def _gradients(self, part: "_Part") -> tuple[tf.Tensor, list[tf.Tensor]]:
        """A part's share of the loss, and its gradient of each weight."""
        noise = root_noise(self.seed).fold_in(tf.identity(self.optimizer.step)).fold_in(part.number)
        variables = [variable.value for variable in self.model.trainable_variables]
        inputs, labels = part.batch
        with tf.GradientTape() as tape:
            logits = self.model(inputs, noise=noise)
            loss = part.share * self.objective.loss(logits, labels, inputs.padded.input_mask)
        # Those of tables arrive as indexed slices, in which an entry may occur twice.
        return loss, [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]

    def _apply(self, gradients: Sequence[tf.Tensor]) -> None:
        clipped, _ = tf.clip_by_global_norm(gradients, self.optimizer_config.clip_norm)
        self.optimizer.apply(clipped)


class _Part(NamedTuple):
    """A part of a batch.

    Attributes:
        share: of the batch's labels, float32.
        number: of the part, int32.
    """

    batch: LabelledBatch
    share: tf.Tensor
    number: tf.Tensor
