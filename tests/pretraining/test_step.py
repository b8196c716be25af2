import math

import numpy as np
import pytest
import tensorflow as tf
from tiny_run import config

from selectra_pipeline.pretraining.finiteness import is_finite
from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.step import PretrainingStep
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import Batch

VOCABULARY = 50
FACTS = MaskingVocabulary(SpecialIds(cls=2, sep=3, mask=4), np.arange(VOCABULARY) % 4 == 0)
ONE_LAYER = {"num_layers": 1, "hidden_size": 16, "intermediate_size": 16}


def make_step(**changes) -> PretrainingStep:
    run = config(architecture=ONE_LAYER, **changes)
    return PretrainingStep(TrainingState.create(run, VOCABULARY), FACTS, run)


@pytest.fixture(scope="module")
def batch() -> Batch:
    ids = np.random.default_rng(1).integers(5, VOCABULARY, [4, 32]).astype(np.int32)
    mask = (np.arange(32) < np.array([[32], [32], [20], [8]])).astype(np.int32)
    return Batch(*(tf.constant(x) for x in (ids * mask, mask, 0 * mask)))


def weights_of(step: PretrainingStep) -> list[np.ndarray]:
    return [variable.numpy() for variable in step.model.trainable_variables]


def test_the_first_step_changes_no_weight_because_its_rate_is_0(batch):
    step = make_step()
    before = weights_of(step)
    metrics = step(batch)
    assert float(metrics.learning_rate) == 0.0
    assert step.optimizer.step.numpy() == 1
    for ours, theirs in zip(weights_of(step), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_metrics_start_at_what_knowing_nothing_costs(batch):
    metrics = make_step()(batch)
    assert float(metrics.mlm_loss) == pytest.approx(math.log(VOCABULARY), abs=0.2)
    assert float(metrics.rtd_loss) == pytest.approx(math.log(2), abs=0.05)
    assert float(metrics.loss) == pytest.approx(
        float(metrics.mlm_loss) + 50 * float(metrics.rtd_loss), rel=1e-6
    )
    assert 0.05 < float(metrics.replaced_share) < 0.17
    assert float(metrics.gradient_norm) > 1.0  # before clipping


def test_the_learning_rate_is_that_of_the_step(batch):
    step = make_step(schedule={"peak": 1.0, "warmup_steps": 10})
    rates = [float(step(batch).learning_rate) for _ in range(3)]
    assert rates == pytest.approx([0.0, 0.1 * 59 / 60, 0.2 * 58 / 60], rel=1e-5)


def test_the_update_is_adamw_on_the_clipped_gradient_of_the_objective(batch):
    """At the first step m = 0.1 g and v = 0.001 g^2, with g clipped to global norm 1."""
    step = make_step(schedule={"peak": 1e-3, "warmup_steps": 0})
    variables = [v.value for v in step.model.trainable_variables]
    noise = step.step_noise()
    before = weights_of(step)
    metrics = step(batch)

    twin = make_step()
    masked = twin.objective.mask(batch, noise)
    counts = twin.objective.count(batch, masked)
    with tf.GradientTape() as tape:
        outputs = twin.objective(batch, masked, counts, noise, training=True)
    own = [v.value for v in twin.model.trainable_variables]
    gradients = [tf.convert_to_tensor(g).numpy() for g in tape.gradient(outputs.loss, own)]
    norm = math.sqrt(sum((g.astype(np.float64) ** 2).sum() for g in gradients))
    assert float(metrics.gradient_norm) == pytest.approx(norm, rel=1e-4)
    for variable, start, g in zip(variables, before, gradients, strict=True):
        g = g / norm
        decay = 0.0 if start.ndim == 1 else 0.01 * start
        expected = start - 1e-3 * (0.1 * g / (np.sqrt(0.001) * np.abs(g) + 1e-6) + decay)
        np.testing.assert_allclose(variable, expected, rtol=1e-3, atol=2e-5)


def test_a_step_is_a_function_of_weights_batch_seed_and_number(batch):
    once, again, other = make_step(), make_step(), make_step(seed=4)
    losses = [[float(step(batch).loss) for _ in range(3)] for step in (once, again, other)]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]
    assert len(set(losses[0][:2])) == 2  # equal weights, other masks: the rate of step 0 is 0


def test_each_step_has_noise_of_its_own(batch):
    step = make_step()
    seeds = []
    for number in range(3):
        step.optimizer.step.assign(number)
        seeds.append(tuple(step.step_noise().seed.numpy()))
    assert len(set(seeds)) == 3


def test_bfloat16_trains_float32_weights(batch):
    step = make_step(precision="bfloat16", schedule={"peak": 1e-3, "warmup_steps": 0})
    before = weights_of(step)
    metrics = step(batch)
    assert math.isfinite(float(metrics.loss))
    assert float(metrics.mlm_loss) == pytest.approx(math.log(VOCABULARY), abs=0.2)
    for ours, theirs, variable in zip(
        weights_of(step), before, step.model.trainable_variables, strict=True
    ):
        assert ours.dtype == np.float32
        assert (ours != theirs).any() or "key/bias" in variable.path, variable.path


@pytest.mark.parametrize(("task", "micro_batches"), [("electra", 2), ("electric", 4)])
def test_accumulated_steps_equal_the_large_batch(batch, micro_batches, task):
    """Dropout is on: every example meets the noise that it meets in the large batch."""
    settings = {"objective": {"task": task}, "schedule": {"peak": 1e-3, "warmup_steps": 0}}
    large = make_step(batch_size=4, **settings)
    small = make_step(batch_size=4, accumulation_steps=micro_batches, **settings)
    assert large.config.architecture.dropout > 0
    for _ in range(3):
        ours, theirs = tf.function(small)(batch), tf.function(large)(batch)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    for ours, theirs in zip(small.optimizer.first, large.optimizer.first, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * float(tf.norm(theirs)) + 1e-9)


def test_float16_trains_like_float32_although_its_loss_is_scaled(batch):
    half = make_step(precision="float16", schedule={"peak": 1e-3, "warmup_steps": 0})
    full = make_step(schedule={"peak": 1e-3, "warmup_steps": 0})
    half.loss_scale.value.assign(2.0**8)  # where it soon settles: these gradients are large
    for _ in range(3):
        ours, theirs = half(batch), full(batch)
        assert float(ours.loss) == pytest.approx(float(theirs.loss), rel=0.01)
        assert float(ours.gradient_norm) == pytest.approx(float(theirs.gradient_norm), rel=0.03)
    assert float(ours.loss_scale) == 2.0**8
    assert float(ours.skipped_updates) == 0.0


def test_a_gradient_that_overflows_float16_is_skipped_and_the_scale_halved(batch):
    step = make_step(precision="float16", schedule={"peak": 1e-3, "warmup_steps": 0})
    step.loss_scale.value.assign(2.0**40)
    before = weights_of(step)
    metrics = step(batch)
    assert float(metrics.skipped_updates) == 1.0
    assert math.isfinite(float(metrics.loss))
    assert step.loss_scale.value.numpy() == 2.0**39
    assert step.optimizer.step.numpy() == 1
    for ours, theirs in zip(weights_of(step), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_gradient_that_overflows_at_the_smallest_scale_is_told_by_its_norm(batch):
    step = make_step(precision="float16", objective={"mlm_weight": 1e30})
    step.loss_scale.value.assign(1.0)
    metrics = step(batch)
    assert float(metrics.skipped_updates) == 1.0
    assert math.isfinite(float(metrics.loss))
    assert not is_finite(metrics)


def test_logits_in_chunks_change_no_step(batch):
    whole, chunked = make_step(logit_rows=1000), make_step(logit_rows=3)
    for _ in range(2):
        np.testing.assert_allclose(chunked(batch), whole(batch), rtol=1e-5)
    for ours, theirs in zip(chunked.optimizer.first, whole.optimizer.first, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * float(tf.norm(theirs)) + 1e-9)
