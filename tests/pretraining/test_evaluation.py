import math

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.checkpoint import MORE_IS_BETTER
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.pretraining.evaluation import (
    HeldoutEvaluation,
    Predictions,
    area_under_roc,
    heldout_metrics,
)
from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.objective import Objective
from selectra_pipeline.records.reader import Batch

SPECIAL = SpecialIds(cls=2, sep=3, mask=4)
ARCHITECTURE = {
    "hidden_size": 8,
    "num_layers": 1,
    "num_heads": 1,
    "intermediate_size": 8,
    "max_position_embeddings": 16,
}
# Four predictions, one of a token left in place; five tokens, two of them replaced.
BY_HAND = Predictions(
    mlm_losses=np.array([1.0, 2.0, 3.0, 6.0]),
    mlm_correct=np.array([True, True, False, False]),
    sampled_correct=np.array([True, False, False, False]),
    visible=np.array([True, False, False, False]),
    target_ids=np.array([7, 7, 7, 9]),
    rtd_logits=np.array([2.0, -1.0, 0.5, -3.0, -0.5]),
    is_replaced=np.array([True, True, False, False, False]),
)


def pairs_auc(scores, labels):
    """Every positive against every negative: 1 where it scores higher, 1/2 where they tie."""
    wins = [
        1.0 if p > n else 0.5 if p == n else 0.0 for p in scores[labels] for n in scores[~labels]
    ]
    return sum(wins) / len(wins)


@pytest.mark.parametrize("seed", range(5))
def test_auc_equals_counting_pairs_ties_included(seed):
    draw = np.random.default_rng(seed)
    scores = draw.integers(0, 6, 60) / 2  # many ties
    labels = draw.random(60) < 0.15
    labels[:2] = True, False
    assert area_under_roc(scores, labels) == pytest.approx(pairs_auc(scores, labels), rel=1e-12)


def test_auc_of_a_perfect_a_reversed_and_a_constant_score():
    labels = np.array([True, False, True, False])
    assert area_under_roc(labels.astype(float), labels) == 1.0
    assert area_under_roc(-labels.astype(float), labels) == 0.0
    assert area_under_roc(np.zeros(4), labels) == 0.5


@pytest.mark.parametrize("label", [True, False])
def test_auc_of_one_class_is_not_a_number(label):
    assert math.isnan(area_under_roc(np.array([1.0, 2.0]), np.array([label, label])))


def test_metrics_of_hand_made_predictions():
    metrics = heldout_metrics(BY_HAND)
    log1pexp = [math.log1p(math.exp(x)) for x in (-2.0, 1.0, 0.5, -3.0, -0.5)]
    expected = {
        "mlm_loss": 3.0,
        "mlm_accuracy": 0.5,
        "mlm_trivial_accuracy": 0.75,  # the visible one, and 7 for the hidden 7, 7, 9
        "sampled_accuracy": 0.25,
        "rtd_loss": sum(log1pexp) / 5,
        "rtd_trivial_loss": -(0.4 * math.log(0.4) + 0.6 * math.log(0.6)),
        "rtd_accuracy": 3 / 5,
        "rtd_trivial_accuracy": 3 / 5,
        "rtd_precision": 1 / 2,  # flagged: 2.0 and 0.5
        "rtd_recall": 1 / 2,
        "rtd_auc": 4 / 6,  # -1.0 loses to 0.5 and to -0.5
    }
    assert metrics == pytest.approx(expected, rel=1e-9)


def test_every_metric_that_can_choose_a_checkpoint_is_measured():
    assert MORE_IS_BETTER.keys() <= heldout_metrics(BY_HAND).keys()


def test_flagging_nothing_has_precision_and_recall_0():
    metrics = heldout_metrics(BY_HAND._replace(rtd_logits=np.full(5, -1.0)))
    assert metrics["rtd_precision"] == metrics["rtd_recall"] == 0.0
    assert metrics["rtd_accuracy"] == metrics["rtd_trivial_accuracy"]


def test_where_nothing_is_replaced_the_trivial_answer_costs_nothing():
    metrics = heldout_metrics(BY_HAND._replace(is_replaced=np.zeros(5, bool)))
    assert metrics["rtd_trivial_loss"] == 0.0
    assert metrics["rtd_trivial_accuracy"] == 1.0
    assert math.isnan(metrics["rtd_auc"])


def test_large_logits_do_not_overflow():
    metrics = heldout_metrics(BY_HAND._replace(rtd_logits=np.full(5, -1000.0)))
    assert metrics["rtd_loss"] == pytest.approx(400.0)


def make_evaluation(micro_batches=1, **objective) -> HeldoutEvaluation:
    config = PretrainingConfig.from_params(
        {
            "architecture": ARCHITECTURE,
            "schedule": {"warmup_steps": 0},
            "objective": objective,
        }
    )
    model = Electra.create(config.architecture, 30, "float32", 1, config.objective)
    vocabulary = MaskingVocabulary(SPECIAL, np.zeros(30, bool))
    objective = Objective(model, vocabulary, config.objective, chunk_rows=4)
    return HeldoutEvaluation(tf.distribute.get_strategy(), objective, 1, micro_batches)


@pytest.fixture(scope="module")
def evaluation() -> HeldoutEvaluation:
    return make_evaluation()


def make_batch(lengths) -> Batch:
    ids = np.random.default_rng(1).integers(5, 30, [len(lengths), 16]).astype(np.int32)
    mask = (np.arange(16) < np.array(lengths)[:, np.newaxis]).astype(np.int32)
    ids[:, 0] = SPECIAL.cls
    return Batch(*(tf.constant(x) for x in (ids * mask, mask, 0 * mask)))


def test_one_entry_per_prediction_and_one_per_real_token(evaluation):
    predictions = evaluation.predict(make_batch([16, 10, 16, 0]), 0)
    assert len(predictions.mlm_losses) == len(predictions.target_ids) == 2 + 2 + 2
    assert len(predictions.rtd_logits) == len(predictions.is_replaced) == 16 + 10 + 16


def test_rows_of_padding_change_no_metric(evaluation):
    """The last batch is filled up with them; masks of the other rows must not depend on them."""
    batch = make_batch([16, 10, 16, 0])
    full = evaluation([batch])
    ids, mask, segments = (tensor.numpy() for tensor in batch)
    ids[3] = 29  # whatever stands there
    assert evaluation([Batch(*map(tf.constant, (ids, mask, segments)))]) == full


def test_the_same_batches_give_the_same_metrics_every_time(evaluation):
    batches = [make_batch([16, 10, 16, 12]), make_batch([16, 16, 8, 12])]
    assert evaluation(batches) == evaluation(batches)


@pytest.mark.parametrize("task", ["electra", "mlm"])
def test_micro_batches_change_nothing_but_the_memory(task):
    batches = [make_batch([16, 10, 16, 0]), make_batch([16, 16, 8, 12])]
    whole, parts = make_evaluation(task=task), make_evaluation(micro_batches=2, task=task)
    assert parts(batches) == pytest.approx(whole(batches), rel=1e-6, nan_ok=True)
    rows, call = [], Objective.__call__

    def watched(self, batch, *args, **kwargs):
        rows.append(batch.input_ids.shape[0])
        return call(self, batch, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Objective, "__call__", watched)
        HeldoutEvaluation(parts.strategy, parts.objective, 1, 4)(batches)
    assert set(rows) == {1}


def test_batches_are_masked_differently(evaluation):
    batch = make_batch([16] * 4)
    first, second = evaluation.predict(batch, 0), evaluation.predict(batch, 1)
    assert (first.target_ids != second.target_ids).any()


def test_an_untrained_model_scores_like_chance(evaluation):
    metrics = evaluation([make_batch([16] * 4)] * 8)
    assert metrics["mlm_loss"] == pytest.approx(math.log(30), abs=0.3)
    assert metrics["rtd_loss"] == pytest.approx(math.log(2), abs=0.05)
    assert metrics["rtd_auc"] == pytest.approx(0.5, abs=0.15)


def test_without_a_discriminator_only_words_are_scored():
    metrics = make_evaluation(task="mlm")([make_batch([16] * 4)] * 4)
    assert metrics["mlm_loss"] == pytest.approx(math.log(30), abs=0.3)
    assert not [name for name in metrics if name.startswith("rtd")]


def test_with_a_uniform_generator_only_detection_is_scored():
    metrics = make_evaluation(generator="uniform")([make_batch([16] * 4)] * 4)
    assert metrics["rtd_loss"] == pytest.approx(math.log(2), abs=0.05)
    assert all(name.startswith("rtd") for name in metrics)
