import math

import numpy as np
import pytest
import tensorflow as tf
from tiny_run import config

from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import fold_in
from selectra_pipeline.pretraining.masking import SpecialIds
from selectra_pipeline.pretraining.objective import electra_objective
from selectra_pipeline.pretraining.step import PretrainingStep
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import PolynomialSchedule

VOCABULARY = 50
SPECIAL = SpecialIds(cls=2, sep=3, mask=4)
ONE_LAYER = {"num_layers": 1, "hidden_size": 16, "intermediate_size": 16}


def make_step(**changes) -> PretrainingStep:
    run = config(architecture=ONE_LAYER, **changes)
    model = Electra.create(run.architecture, VOCABULARY, run.precision, run.seed)
    schedule = PolynomialSchedule(run.schedule, run.total_steps)
    optimizer = AdamW(model.trainable_variables, run.optimizer, schedule)
    return PretrainingStep(model, optimizer, SPECIAL, run)


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
    seed = step.step_seed()
    before = weights_of(step)
    metrics = step(batch)

    twin = make_step()
    with tf.GradientTape() as tape:
        outputs = electra_objective(
            twin.model, batch, SPECIAL, twin.config.objective, fold_in(seed, 0), training=True
        )
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
        seeds.append(tuple(step.step_seed().numpy()))
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
