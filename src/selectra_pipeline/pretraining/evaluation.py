"""Held-out metrics of generator and discriminator, with the trivial answers beside them."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.model.noise import Noise, root_noise
from selectra_pipeline.pretraining.masking import Masked
from selectra_pipeline.pretraining.objective import LossCounts, Objective
from selectra_pipeline.pretraining.step import HELDOUT_NOISE
from selectra_pipeline.records.reader import Batch


class Predictions(NamedTuple):
    """What batches contribute: one entry per prediction, then one per real token.

    The last two are empty where nothing is detected, the others where nothing predicts words.
    """

    mlm_losses: np.ndarray  # float [predictions]
    mlm_correct: np.ndarray  # bool
    sampled_correct: np.ndarray  # bool
    visible: np.ndarray  # bool: the token was chosen but left in place
    target_ids: np.ndarray  # int
    rtd_logits: np.ndarray  # float [tokens]
    is_replaced: np.ndarray  # bool


class HeldoutEvaluation:
    """Evaluates a model on the same batches with the same masks and samples every time.

    On several replicas each sees its part of every batch, and gets the predictions of all.

    Args:
        micro_batches: parts that a replica divides its examples into, as in training, so that
            what a step has memory for has it here.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        objective: Objective,
        seed: int,
        micro_batches: int = 1,
    ) -> None:
        self.strategy, self.objective = strategy, objective
        self.micro_batches = micro_batches
        self.noise = root_noise(seed).fold_in(HELDOUT_NOISE)
        self._on_all_replicas = tf.function(  # without AutoGraph it traces faster
            lambda batch, number: strategy.run(self._forward_pass, args=(batch, number)),
            autograph=False,
        )

    def __call__(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Metrics over all batches of a distributed dataset; see `heldout_metrics`."""
        parts = [self.predict(batch, number) for number, batch in enumerate(batches)]
        return heldout_metrics(
            Predictions(*(np.concatenate(field) for field in zip(*parts, strict=True)))
        )

    def predict(self, batch: Batch, number: int) -> Predictions:
        """Run batch `number` and drop padding and unused predictions."""
        outputs = self._on_all_replicas(batch, tf.constant(number))
        per_prediction, per_token = (self.strategy.gather(x, axis=0).numpy() for x in outputs)
        weights, losses, correct, sampled_correct, visible, targets = per_prediction.T
        used = (weights > 0) & self.objective.config.predicts_words
        mask, logits, is_replaced = per_token.T
        real = mask > 0
        return Predictions(
            mlm_losses=losses[used],
            mlm_correct=correct[used] > 0,
            sampled_correct=sampled_correct[used] > 0,
            visible=visible[used] > 0,
            target_ids=targets[used].astype(np.int32),
            rtd_logits=logits[real],
            is_replaced=is_replaced[real] > 0,
        )

    def _forward_pass(self, batch: Batch, number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Float32 [predictions, 6] and [tokens, 3], whose first columns say what counts.

        Hosts exchange numbers only, and each exchange costs a round trip: so few and of one type.
        """
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        noise = self.noise.fold_in(number).for_rows_from(replica * batch.input_ids.shape[0])
        masked = self.objective.mask(batch, noise)
        if self.micro_batches == 1:
            return self._predict_part(batch, masked, noise)
        rows = batch.input_ids.shape[0] // self.micro_batches
        parts = tf.nest.map_structure(
            lambda x: tf.reshape(x, [self.micro_batches, rows, x.shape[1]]), (batch, masked)
        )
        outputs = tf.map_fn(
            lambda part: self._predict_part(*part[0], noise.for_rows_from(part[1] * rows)),
            (parts, tf.range(self.micro_batches)),
            fn_output_signature=(tf.float32, tf.float32),
            parallel_iterations=1,  # more would hold the activations of several micro-batches
        )
        return tuple(tf.reshape(x, [-1, x.shape[2]]) for x in outputs)

    def _predict_part(
        self, batch: Batch, masked: Masked, noise: Noise
    ) -> tuple[tf.Tensor, tf.Tensor]:
        one = LossCounts(tf.constant(1.0), tf.constant(1.0))
        outputs = self.objective(batch, masked, one, noise, training=False)
        predictions, detected = outputs.generated.predictions, outputs.detected
        per_prediction = _as_columns(
            masked.weights,
            predictions.losses,
            predictions.best_ids == masked.target_ids,
            predictions.sampled_ids == masked.target_ids,
            tf.gather(masked.input_ids, masked.positions, batch_dims=1) == masked.target_ids,
            masked.target_ids,
        )
        if detected is None:
            return per_prediction, tf.zeros([1, 3])
        return per_prediction, _as_columns(batch.input_mask, detected.logits, detected.is_replaced)


def _as_columns(*values: tf.Tensor) -> tf.Tensor:
    """Tensors of one shape as float32 columns: [numbers, tensors]. Ids fit: they are below 2^24."""
    return tf.stack([tf.reshape(tf.cast(value, tf.float32), [-1]) for value in values], axis=1)


def heldout_metrics(predictions: Predictions) -> dict[str, float]:
    """Losses in nats, accuracies and shares from 0 to 1, over real tokens only.

    The trivial answers: "nothing is replaced" for the discriminator; for the generator, the token
    that is seen where it was left in place, and the most frequent word everywhere else.
    """
    metrics = {}
    if predictions.mlm_losses.size:
        metrics |= {
            "mlm_loss": float(predictions.mlm_losses.mean()),
            "mlm_accuracy": float(predictions.mlm_correct.mean()),
            "mlm_trivial_accuracy": _trivial_mlm_accuracy(predictions),
            "sampled_accuracy": float(predictions.sampled_correct.mean()),
        }
    if predictions.rtd_logits.size:
        metrics |= _detection_metrics(predictions.rtd_logits, predictions.is_replaced)
    return metrics


def _detection_metrics(logits: np.ndarray, is_replaced: np.ndarray) -> dict[str, float]:
    logits, flagged = logits.astype(np.float64), logits > 0
    true_positives = float((flagged & is_replaced).sum())
    base_rate = float(is_replaced.mean())
    return {
        "rtd_loss": float((np.logaddexp(0, logits) - logits * is_replaced).mean()),
        "rtd_trivial_loss": _binary_entropy(base_rate),
        "rtd_accuracy": float((flagged == is_replaced).mean()),
        "rtd_trivial_accuracy": 1.0 - base_rate,
        "rtd_precision": true_positives / max(1.0, float(flagged.sum())),
        "rtd_recall": true_positives / max(1.0, float(is_replaced.sum())),
        "rtd_auc": area_under_roc(logits, is_replaced),
    }


def area_under_roc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Probability that a positive scores above a negative, ties half; nan without both classes.

    Exact, by the rank sum (Mann and Whitney 1947). scores: float [n]; labels: bool [n].
    """
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(sizes) - (sizes - 1) / 2.0  # of each group of ties, from 1
    rank_sum = mean_rank[group][labels].sum()
    return float((rank_sum - positives * (positives + 1) / 2.0) / (positives * negatives))


def _trivial_mlm_accuracy(predictions: Predictions) -> float:
    hidden = predictions.target_ids[~predictions.visible]
    most_frequent = Counter(hidden.tolist()).most_common(1)
    guessed = most_frequent[0][1] if most_frequent else 0
    return float((predictions.visible.sum() + guessed) / len(predictions.target_ids))


def _binary_entropy(share: float) -> float:
    return float(-sum(p * np.log(p) for p in (share, 1.0 - share) if p > 0))
