"""The objectives: mask, predict, sample, detect (Clark et al. 2020, section 2, and variants)."""

import math
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import Noise, uniform
from selectra_pipeline.pretraining.losses import rtd_losses
from selectra_pipeline.pretraining.masking import (
    Masked,
    MaskingVocabulary,
    candidate_positions,
    chosen_positions,
    mask_tokens,
    replace_tokens,
    scatter_rows,
)
from selectra_pipeline.pretraining.replicas import global_sum
from selectra_pipeline.pretraining.sampling import uniform_tokens
from selectra_pipeline.pretraining.word_prediction import (
    Rows,
    Sampling,
    WordPredictions,
    predict_words,
)
from selectra_pipeline.records.reader import Batch


class LossCounts(NamedTuple):
    """What the losses are means over, in the whole global batch: float32 scalars."""

    predictions: tf.Tensor
    tokens: tf.Tensor


class Generated(NamedTuple):
    """The generator's part of the objective.

    Attributes:
        mlm_loss: scalar, without gradient.
        weighted_loss: its share of the objective, with the gradient.
        predictions: at the masked positions, [batch, predictions] each, without gradient.
        log_probs: of the original tokens at every position, float32 [batch, seq]; only Electric's
            generator gives them, None elsewhere.
    """

    mlm_loss: tf.Tensor
    weighted_loss: tf.Tensor
    predictions: WordPredictions
    log_probs: tf.Tensor | None = None


class Detected(NamedTuple):
    """The discriminator's part of the objective.

    Attributes:
        rtd_loss: scalar, with the gradient.
        logits: float32 [batch, seq], positive where a token looks replaced.
        corrupted_ids: int32 [batch, seq], what the discriminator read.
        is_replaced: bool [batch, seq], the labels.
    """

    rtd_loss: tf.Tensor
    logits: tf.Tensor
    corrupted_ids: tf.Tensor
    is_replaced: tf.Tensor


class ObjectiveOutputs(NamedTuple):
    """One pass: `loss` is what to minimise; `detected` is None where nothing is detected."""

    loss: tf.Tensor
    generated: Generated
    detected: Detected | None


class Objective:
    """Mask a batch, let the generator fill the gaps, let the discriminator find them.

    Every loss is this batch's share of the mean over the global batch: the shares of all replicas
    and micro-batches add up to it. Seeds of different purposes are folded in here: 0 masks, 1 the
    generator's dropout, 2 samples, 3 the discriminator's dropout.

    Args:
        chunk_rows: how many rows of logits over the vocabulary are held at a time.
    """

    def __init__(
        self,
        model: Electra,
        vocabulary: MaskingVocabulary,
        config: ObjectiveConfig,
        chunk_rows: int,
    ) -> None:
        self.model, self.vocabulary, self.config = model, vocabulary, config
        self.chunk_rows = chunk_rows

    def mask(self, batch: Batch, noise: Noise) -> Masked:
        """Choose what must be predicted."""
        return mask_tokens(
            batch.input_ids,
            batch.input_mask,
            self.vocabulary,
            self.config.masking,
            noise.fold_in(0),
        )

    def count(self, batch: Batch, masked: Masked) -> LossCounts:
        """Predictions and tokens of the global batch, at least 1; a collective operation."""
        weights = masked.weights
        if self.config.task == "electric":
            weights = self._candidates(batch)
        tokens = tf.cast(batch.input_mask, tf.float32)
        sums = global_sum(tf.stack([tf.reduce_sum(weights), tf.reduce_sum(tokens)]))
        return LossCounts(*tf.unstack(tf.maximum(sums, 1.0)))

    def __call__(
        self,
        batch: Batch,
        masked: Masked,
        counts: LossCounts,
        noise: Noise,
        training: bool,
        scale: tf.Tensor | float = 1.0,
    ) -> ObjectiveOutputs:
        """The loss, scale * (mlm_weight * MLM + rtd_weight * RTD), and its parts.

        Args:
            training: with dropout and gradients.
            scale: of the loss, and so of all gradients (float16 needs it).
        """
        generated = self.generate(batch, masked, counts, noise, training, scale)
        if not self.config.detects:
            return ObjectiveOutputs(generated.weighted_loss, generated, None)
        detected = self.detect(batch, masked, generated, counts, noise, training)
        loss = generated.weighted_loss + self.config.rtd_weight * scale * detected.rtd_loss
        return ObjectiveOutputs(loss, generated, detected)

    def generate(
        self,
        batch: Batch,
        masked: Masked,
        counts: LossCounts,
        noise: Noise,
        training: bool,
        scale: tf.Tensor | float = 1.0,
    ) -> Generated:
        """Predict the masked words and draw their replacements."""
        draws_noise = noise.fold_in(2)
        if not self.config.predicts_words:
            return self._generate_uniformly(masked, draws_noise)
        everywhere = self.config.task == "electric"
        states = self.model.prediction_states(
            batch.input_ids if everywhere else masked.input_ids,
            batch.input_mask,
            batch.segment_ids,
            None if everywhere else masked.positions,
            noise=noise.fold_in(1) if training else None,
        )
        targets = batch.input_ids if everywhere else masked.target_ids
        weights = self._candidates(batch) if everywhere else masked.weights
        shape = tf.shape(targets)
        weighted_loss, predictions = predict_words(
            Rows(
                states=tf.reshape(states, [-1, states.shape[-1]]),
                target_ids=tf.reshape(targets, [-1]),
                weights=tf.reshape(weights, [-1])
                * (self.config.mlm_weight * scale / counts.predictions),
                draws=tf.reshape(uniform([shape[0], targets.shape[1]], draws_noise), [-1]),
            ),
            self.model.word_table(),
            self.model.generator_head.bias.value,
            Sampling(self.config.temperature, self.config.disallow_correct),
            self.chunk_rows,
            training,
        )
        predictions = WordPredictions(*(tf.reshape(field, shape) for field in predictions))
        mlm_loss = tf.reduce_sum(weights * predictions.losses) / counts.predictions
        if not everywhere:
            return Generated(mlm_loss, weighted_loss, predictions)
        at_positions = (tf.gather(f, masked.positions, batch_dims=1) for f in predictions)
        return Generated(
            mlm_loss, weighted_loss, WordPredictions(*at_positions), -predictions.losses
        )

    def detect(
        self,
        batch: Batch,
        masked: Masked,
        generated: Generated,
        counts: LossCounts,
        noise: Noise,
        training: bool,
    ) -> Detected:
        """Write the replacements into the batch and let the discriminator find them.

        A sampled token that equals the original counts as real; for Electric it is noise as well.
        """
        corrupted_ids = replace_tokens(
            batch.input_ids, masked.positions, generated.predictions.sampled_ids, masked.weights
        )
        logits = self.model.detect_replaced(
            corrupted_ids,
            batch.input_mask,
            batch.segment_ids,
            noise=noise.fold_in(3) if training else None,
        )
        is_replaced = corrupted_ids != batch.input_ids
        if self.config.task == "electric":
            chosen = chosen_positions(masked, batch.input_ids.shape[1])
            logits += self._noise_log_odds(masked, generated, chosen)
            is_replaced = chosen
        losses = rtd_losses(logits, is_replaced) * tf.cast(batch.input_mask, tf.float32)
        return Detected(tf.reduce_sum(losses) / counts.tokens, logits, corrupted_ids, is_replaced)

    def _generate_uniformly(self, masked: Masked, noise: Noise) -> Generated:
        """Every word is as probable as every other: nothing is predicted, and no loss is paid."""
        log_probs = tf.fill(tf.shape(masked.target_ids), -math.log(self.vocabulary.size))
        draws = uniform([tf.shape(masked.positions)[0], masked.positions.shape[1]], noise)
        sampled_ids = uniform_tokens(
            draws, self.vocabulary.size, masked.target_ids, self.config.disallow_correct
        )
        predictions = WordPredictions(
            -log_probs, tf.zeros_like(sampled_ids), sampled_ids, log_probs
        )
        return Generated(tf.constant(0.0), tf.constant(0.0), predictions)

    def _candidates(self, batch: Batch) -> tf.Tensor:
        """1 at tokens that could be chosen: float32 [batch, seq]."""
        special = self.vocabulary.special
        candidates = candidate_positions(batch.input_ids, batch.input_mask, special)
        return tf.cast(candidates, tf.float32)

    def _noise_log_odds(self, masked: Masked, generated: Generated, chosen: tf.Tensor) -> tf.Tensor:
        """log(fraction q(x) / (1 - fraction)), x the token that stands there now: [batch, seq].

        Added to the discriminator's logits it makes them those of noise against data, and what the
        discriminator itself learns is the energy of a token (Electric, equation 3).
        """
        positions = masked.positions
        sampled = scatter_rows(
            positions, generated.predictions.sampled_log_probs * masked.weights, chosen.shape[1]
        )
        log_probs = tf.where(chosen, sampled, generated.log_probs)
        fraction = self.config.masking.fraction
        return log_probs + math.log(fraction / (1.0 - fraction))
