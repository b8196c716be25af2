"""Held-out metrics of generator and discriminator, with the trivial answers beside them."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import fold_in, root_seed
from selectra_pipeline.pretraining.losses import mlm_losses
from selectra_pipeline.pretraining.masking import SpecialIds
from selectra_pipeline.pretraining.objective import electra_objective
from selectra_pipeline.pretraining.step import HELDOUT_NOISE
from selectra_pipeline.records.reader import Batch


class Predictions(NamedTuple):
    """What a batch contributes: one entry per prediction, then one per real token."""

    mlm_losses: np.ndarray  # float [predictions]
    mlm_correct: np.ndarray  # bool
    sampled_correct: np.ndarray  # bool
    visible: np.ndarray  # bool: the token was chosen but left in place
    target_ids: np.ndarray  # int
    rtd_logits: np.ndarray  # float [tokens]
    is_replaced: np.ndarray  # bool


class HeldoutEvaluation:
    """Evaluates a model on the same batches with the same masks and samples every time."""

    def __init__(self, model: Electra, special: SpecialIds, config: PretrainingConfig) -> None:
        self.model = model
        self.special = special
        self.objective = config.objective
        self.seed = config.seed
        self._forward = tf.function(self._forward_pass, autograph=False)  # traces faster

    def __call__(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Metrics over all batches; see `heldout_metrics`."""
        parts = [self.predict(batch, index) for index, batch in enumerate(batches)]
        return heldout_metrics(
            Predictions(*(np.concatenate(field) for field in zip(*parts, strict=True)))
        )

    def predict(self, batch: Batch, index: int) -> Predictions:
        """Run batch number `index` and drop padding and unused predictions."""
        seed = fold_in(fold_in(root_seed(self.seed), HELDOUT_NOISE), index)
        per_prediction, weights, per_token, mask = self._forward(Batch(*batch), seed)
        used, real = weights.numpy() > 0, mask.numpy() > 0
        return Predictions(
            *(value.numpy()[used] for value in per_prediction),
            *(value.numpy()[real] for value in per_token),
        )

    def _forward_pass(self, batch: Batch, seed: tf.Tensor):
        outputs = electra_objective(
            self.model, batch, self.special, self.objective, seed, training=False
        )
        masked = outputs.masked
        best = tf.argmax(outputs.mlm_logits, axis=-1, output_type=tf.int32)
        shown = tf.gather(masked.input_ids, masked.positions, batch_dims=1)
        per_prediction = (
            mlm_losses(outputs.mlm_logits, masked.target_ids),
            best == masked.target_ids,
            outputs.sampled_ids == masked.target_ids,
            shown == masked.target_ids,
            masked.target_ids,
        )
        per_token = (outputs.rtd_logits, outputs.is_replaced)
        return per_prediction, masked.weights, per_token, batch.input_mask


def heldout_metrics(predictions: Predictions) -> dict[str, float]:
    """Losses in nats, accuracies and shares from 0 to 1, over real tokens only.

    The trivial answers: "nothing is replaced" for the discriminator; for the generator, the token
    that is seen where it was left in place, and the most frequent word everywhere else.
    """
    logits, is_replaced = predictions.rtd_logits.astype(np.float64), predictions.is_replaced
    flagged = logits > 0
    true_positives = float((flagged & is_replaced).sum())
    base_rate = float(is_replaced.mean())
    return {
        "mlm_loss": float(predictions.mlm_losses.mean()),
        "mlm_accuracy": float(predictions.mlm_correct.mean()),
        "mlm_trivial_accuracy": _trivial_mlm_accuracy(predictions),
        "sampled_accuracy": float(predictions.sampled_correct.mean()),
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
