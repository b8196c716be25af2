"""One optimisation step, the same on every device."""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.flops import training_flops
from selectra_pipeline.model.noise import Noise, root_noise
from selectra_pipeline.pretraining.loss_scale import SMALLEST
from selectra_pipeline.pretraining.masking import Masked, MaskingVocabulary
from selectra_pipeline.pretraining.objective import LossCounts, Objective, ObjectiveOutputs
from selectra_pipeline.pretraining.replicas import global_sum
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import Batch

TRAINING_NOISE, HELDOUT_NOISE = 0, 1  # purposes of a run's seed


class StepMetrics(NamedTuple):
    """What a step reports: float32 scalars whose sum over replicas is the global value."""

    loss: tf.Tensor
    mlm_loss: tf.Tensor  # 0 where nothing predicts words
    rtd_loss: tf.Tensor  # 0 where nothing is detected
    replaced_share: tf.Tensor  # of all tokens
    gradient_norm: tf.Tensor  # before clipping
    learning_rate: tf.Tensor
    loss_scale: tf.Tensor  # 1 but for float16
    skipped_updates: tf.Tensor  # 1 where a gradient overflowed in float16
    positions: tf.Tensor  # tokens, padding included
    teraflops: tf.Tensor  # model FLOPs, by 10^12: what the arithmetic of the model asks for


class Losses(NamedTuple):
    """Sums over micro-batches: this replica's shares of global means."""

    mlm_loss: tf.Tensor
    rtd_loss: tf.Tensor
    replaced_share: tf.Tensor


class PretrainingStep:
    """Objective, gradients, global clipping, AdamW. Call it in replica context.

    With `config.accumulation_steps` above 1 the replica's examples pass through the model in that
    many micro-batches, whose gradients add up to those of the whole.
    """

    def __init__(
        self, state: TrainingState, vocabulary: MaskingVocabulary, config: PretrainingConfig
    ) -> None:
        self.model, self.optimizer, self.loss_scale = state
        self.config = config
        self.objective = Objective(self.model, vocabulary, config.objective, config.logit_rows)

    def __call__(self, batch: Batch) -> StepMetrics:
        """Train on this replica's part of the batch, int32 [batch, seq] each."""
        replicas = tf.distribute.get_replica_context()
        rows, length = batch.input_ids.shape
        first_row = replicas.replica_id_in_sync_group * rows
        noise = self.step_noise().for_rows_from(first_row)
        rate = self.optimizer.learning_rate(tf.identity(self.optimizer.step))
        scale = tf.constant(1.0) if self.loss_scale is None else tf.identity(self.loss_scale.value)

        gradients, losses = self._gradients(batch, noise, scale)
        # Clipping before the sum would clip every replica by a norm of its own.
        summed = [gradient / scale for gradient in global_sum(gradients)]
        clipped, norm = tf.clip_by_global_norm(summed, self.config.optimizer.clip_norm)
        finite = tf.math.is_finite(norm)
        if self.loss_scale is None:
            self.optimizer.apply(clipped)
        else:
            self.optimizer.apply(clipped, only_if=finite)
            self.loss_scale.update(finite)
            # At the smallest scale no later step will be finite: the norm says so.
            skipped = ~finite & (scale > SMALLEST)
            norm = tf.where(skipped, 0.0, norm)

        weights = self.config.objective
        count = float(replicas.num_replicas_in_sync)
        return StepMetrics(
            loss=weights.mlm_weight * losses.mlm_loss + weights.rtd_weight * losses.rtd_loss,
            mlm_loss=losses.mlm_loss,
            rtd_loss=losses.rtd_loss,
            replaced_share=losses.replaced_share,
            gradient_norm=norm / count,
            learning_rate=rate / count,
            loss_scale=scale / count,
            skipped_updates=tf.cast(~finite, tf.float32) / count,
            positions=tf.constant(float(rows * length)),
            teraflops=tf.constant(rows * training_flops(self.model, weights, length) / 1e12),
        )

    def step_noise(self) -> Noise:
        """All noise of the step that comes next, for the whole global batch."""
        run_noise = root_noise(self.config.seed).fold_in(TRAINING_NOISE)
        return run_noise.fold_in(tf.identity(self.optimizer.step))

    def _gradients(
        self, batch: Batch, noise: Noise, scale: tf.Tensor
    ) -> tuple[list[tf.Tensor], Losses]:
        """Gradients of this replica's share of the loss times `scale`, and the plain losses."""
        masked = self.objective.mask(batch, noise)
        counts = self.objective.count(batch, masked)
        micro_batches = self.config.accumulation_steps
        if micro_batches == 1:
            return self._micro_gradients(batch, masked, counts, noise, scale)
        rows = batch.input_ids.shape[0] // micro_batches
        parts = tf.nest.map_structure(
            lambda x: tf.reshape(x, [micro_batches, rows, x.shape[1]]), (batch, masked)
        )

        def add_micro_batch(number: tf.Tensor, gradients: list, losses: Losses) -> tuple:
            part = tf.nest.map_structure(lambda x: tf.gather(x, number), parts)
            noise_here = noise.for_rows_from(number * rows)
            added = self._micro_gradients(*part, counts, noise_here, scale)
            sums = tf.nest.map_structure(tf.add, (gradients, losses), added)
            return number + 1, *sums

        zeros = [tf.zeros(variable.shape) for variable in self.model.trainable_variables]
        _, gradients, losses = tf.while_loop(
            lambda number, *_: number < micro_batches,
            add_micro_batch,
            (0, zeros, Losses(*[tf.constant(0.0)] * len(Losses._fields))),
            parallel_iterations=1,  # more would hold the activations of several micro-batches
        )
        return gradients, losses

    def _micro_gradients(
        self, batch: Batch, masked: Masked, counts: LossCounts, noise: Noise, scale: tf.Tensor
    ) -> tuple[list[tf.Tensor], Losses]:
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            outputs = self.objective(batch, masked, counts, noise, training=True, scale=scale)
        gradients = tape.gradient(outputs.loss, variables)
        # Those of tables arrive as indexed slices, in which an entry may occur twice: added up.
        return [tf.convert_to_tensor(gradient) for gradient in gradients], _losses(outputs, counts)


def _losses(outputs: ObjectiveOutputs, counts: LossCounts) -> Losses:
    generated, detected = outputs.generated, outputs.detected
    if detected is None:
        return Losses(generated.mlm_loss, tf.constant(0.0), tf.constant(0.0))
    replaced = tf.reduce_sum(tf.cast(detected.is_replaced, tf.float32))
    return Losses(generated.mlm_loss, detected.rtd_loss, replaced / counts.tokens)
