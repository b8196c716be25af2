"""One optimisation step of fine-tuning, and predictions."""

import tensorflow as tf

from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.downstream.batching import LabelledBatch
from selectra_pipeline.downstream.layerwise import rate_factors
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
    the step. The first batch of all traces, the first of each length compiles the fused groups.

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
        labelled = LabelledBatch(INPUTS, objective.label_spec)
        self._step = graph_on(self.strategy, self._train, labelled)
        self._predict = predictor(model, objective, self.strategy)

    def train(self, batch: LabelledBatch) -> tf.Tensor:
        """One step; its loss before the step, a scalar."""
        return self._step(batch)

    def predict(self, inputs: Batch) -> tf.Tensor:
        """What the objective makes of the logits, [batch, ...]."""
        return self._predict(inputs)

    def _train(self, batch: LabelledBatch) -> tf.Tensor:
        noise = root_noise(self.seed).fold_in(tf.identity(self.optimizer.step))
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            logits = self.model(batch.inputs, noise=noise)
            loss = self.objective.loss(logits, batch.labels, batch.inputs.input_mask)
        gradients = tape.gradient(loss, variables)
        # Those of tables arrive as indexed slices, in which an entry may occur twice: added up.
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        clipped, _ = tf.clip_by_global_norm(dense, self.optimizer_config.clip_norm)
        self.optimizer.apply(clipped)
        return loss
