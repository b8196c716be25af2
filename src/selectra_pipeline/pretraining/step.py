"""One optimisation step, the same on every device."""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import fold_in, root_seed
from selectra_pipeline.pretraining.masking import SpecialIds
from selectra_pipeline.pretraining.objective import electra_objective
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.optimizer import AdamW, clip_by_global_norm

TRAINING_NOISE, HELDOUT_NOISE = 0, 1  # purposes of a run's seed


class StepMetrics(NamedTuple):
    """What a step reports: float32 scalars whose sum over replicas is the global value."""

    loss: tf.Tensor
    mlm_loss: tf.Tensor
    rtd_loss: tf.Tensor
    replaced_share: tf.Tensor  # of all tokens
    gradient_norm: tf.Tensor  # before clipping
    learning_rate: tf.Tensor


class PretrainingStep:
    """Objective, gradients, global clipping, AdamW. Call it in replica context."""

    def __init__(
        self, model: Electra, optimizer: AdamW, special: SpecialIds, config: PretrainingConfig
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.special = special
        self.config = config

    def __call__(self, batch: Batch) -> StepMetrics:
        """Train on this replica's part of the batch, int32 [batch, seq] each."""
        replicas = tf.distribute.get_replica_context()
        seed = fold_in(self.step_seed(), replicas.replica_id_in_sync_group)
        rate = self.optimizer.learning_rate(tf.identity(self.optimizer.step))
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            outputs = electra_objective(
                self.model, batch, self.special, self.config.objective, seed, training=True
            )
        gradients = tape.gradient(outputs.loss, variables)
        clipped, norm = clip_by_global_norm(gradients, self.config.optimizer.clip_norm)
        self.optimizer.apply(clipped)

        count = float(replicas.num_replicas_in_sync)
        tokens = tf.cast(tf.reduce_sum(batch.input_mask), tf.float32)
        replaced = tf.reduce_sum(tf.cast(outputs.is_replaced, tf.float32))
        return StepMetrics(
            loss=outputs.loss,
            mlm_loss=outputs.mlm_loss,
            rtd_loss=outputs.rtd_loss,
            replaced_share=replaced / tf.maximum(tokens, 1.0) / count,
            gradient_norm=norm / count,
            learning_rate=rate / count,
        )

    def step_seed(self) -> tf.Tensor:
        """The seed of all noise of the step that comes next: int32 [2]."""
        run_seed = fold_in(root_seed(self.config.seed), TRAINING_NOISE)
        return fold_in(run_seed, tf.identity(self.optimizer.step))
