"""The ELECTRA objective: mask, predict, sample, detect (Clark et al. 2020, section 2)."""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import fold_in
from selectra_pipeline.pretraining.losses import mlm_losses, rtd_losses
from selectra_pipeline.pretraining.masking import Masked, SpecialIds, mask_tokens, replace_tokens
from selectra_pipeline.pretraining.sampling import sample_tokens
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.replicas import global_mean


class ElectraOutputs(NamedTuple):
    """Everything that one pass through the objective computes.

    Losses are scalars: this replica's share of the mean over the global batch.
    """

    loss: tf.Tensor
    mlm_loss: tf.Tensor
    rtd_loss: tf.Tensor
    mlm_logits: tf.Tensor  # [batch, predictions, vocab]
    rtd_logits: tf.Tensor  # [batch, seq]
    masked: Masked
    sampled_ids: tf.Tensor  # [batch, predictions]
    corrupted_ids: tf.Tensor  # [batch, seq]
    is_replaced: tf.Tensor  # bool [batch, seq]


def electra_objective(
    model: Electra,
    batch: Batch,
    special: SpecialIds,
    config: ObjectiveConfig,
    seed: tf.Tensor,
    training: bool,
) -> ElectraOutputs:
    """Mask `batch`, let the generator fill the gaps, let the discriminator find them.

    Args:
        seed: of masks, samples and (when `training`) dropout; int32 [2].
    """
    mask_seed, generator_seed, sample_seed, detector_seed = (fold_in(seed, i) for i in range(4))
    masked = mask_tokens(batch.input_ids, batch.input_mask, special, config.masking, mask_seed)
    mlm_logits = model.predict_words(
        masked.input_ids,
        batch.input_mask,
        batch.segment_ids,
        masked.positions,
        seed=generator_seed if training else None,
    )
    sampled_ids = sample_tokens(mlm_logits, config.temperature, sample_seed)
    return discriminate(
        model,
        batch,
        masked,
        mlm_logits,
        sampled_ids,
        config,
        seed=detector_seed if training else None,
    )


def discriminate(
    model: Electra,
    batch: Batch,
    masked: Masked,
    mlm_logits: tf.Tensor,
    sampled_ids: tf.Tensor,
    config: ObjectiveConfig,
    seed: tf.Tensor | None,
) -> ElectraOutputs:
    """The objective's second half, from the sampled tokens on.

    A sampled token that equals the original counts as real.
    """
    corrupted_ids = replace_tokens(batch.input_ids, masked.positions, sampled_ids, masked.weights)
    is_replaced = corrupted_ids != batch.input_ids
    rtd_logits = model.detect_replaced(
        corrupted_ids, batch.input_mask, batch.segment_ids, seed=seed
    )
    mlm_loss = global_mean(mlm_losses(mlm_logits, masked.target_ids), masked.weights)
    rtd_loss = global_mean(rtd_losses(rtd_logits, is_replaced), batch.input_mask)
    return ElectraOutputs(
        loss=config.mlm_weight * mlm_loss + config.rtd_weight * rtd_loss,
        mlm_loss=mlm_loss,
        rtd_loss=rtd_loss,
        mlm_logits=mlm_logits,
        rtd_logits=rtd_logits,
        masked=masked,
        sampled_ids=sampled_ids,
        corrupted_ids=corrupted_ids,
        is_replaced=is_replaced,
    )
