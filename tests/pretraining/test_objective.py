import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.objective import MaskingConfig, ObjectiveConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import fold_in, root_seed
from selectra_pipeline.pretraining.losses import mlm_losses, rtd_losses
from selectra_pipeline.pretraining.masking import Masked, SpecialIds
from selectra_pipeline.pretraining.objective import discriminate, electra_objective
from selectra_pipeline.records.reader import Batch

VOCABULARY, LENGTH = 60, 40
SPECIAL = SpecialIds(cls=2, sep=3, mask=4)
CONFIG = ObjectiveConfig(masking=MaskingConfig(fraction=0.3))


@pytest.fixture(scope="module")
def model() -> Electra:
    architecture = ArchitectureConfig(
        hidden_size=16,
        num_layers=2,
        num_heads=2,
        intermediate_size=32,
        max_position_embeddings=LENGTH,
        generator_size=0.5,
    )
    return Electra.create(architecture, VOCABULARY, precision="float32", seed=1)


@pytest.fixture(scope="module")
def batch() -> Batch:
    ids = np.random.default_rng(1).integers(5, VOCABULARY, [8, LENGTH]).astype(np.int32)
    ids[:, 0], ids[:, 20:] = SPECIAL.cls, np.where(np.arange(8) % 2, ids[:, 20:].T, 0).T
    mask = (ids > 0).astype(np.int32)
    return Batch(tf.constant(ids), tf.constant(mask), tf.zeros_like(mask))


@pytest.fixture(scope="module")
def outputs(model, batch):
    return electra_objective(model, batch, SPECIAL, CONFIG, root_seed(1), training=False)


def run(model, batch, seed=1, training=True, config=CONFIG):
    return electra_objective(model, batch, SPECIAL, config, root_seed(seed), training)


def test_the_loss_is_mlm_plus_50_times_rtd(outputs):
    expected = float(outputs.mlm_loss) + 50 * float(outputs.rtd_loss)
    assert float(outputs.loss) == pytest.approx(expected, rel=1e-6)


def test_the_weights_of_the_losses_are_configuration(model, batch, outputs):
    config = dataclasses.replace(CONFIG, mlm_weight=3.0, rtd_weight=0.5)
    weighted = run(model, batch, training=False, config=config)
    expected = 3.0 * float(outputs.mlm_loss) + 0.5 * float(outputs.rtd_loss)
    assert float(weighted.loss) == pytest.approx(expected, rel=1e-5)


def test_an_untrained_model_knows_nothing(outputs):
    assert float(outputs.mlm_loss) == pytest.approx(np.log(VOCABULARY), abs=0.1)
    assert float(outputs.rtd_loss) == pytest.approx(np.log(2), abs=0.02)


def test_mlm_is_the_mean_over_predictions_and_rtd_over_real_tokens(outputs, batch):
    mlm = mlm_losses(outputs.mlm_logits, outputs.masked.target_ids).numpy()
    assert float(outputs.mlm_loss) == pytest.approx(
        mlm[outputs.masked.weights.numpy() > 0].mean(), rel=1e-5
    )
    rtd = rtd_losses(outputs.rtd_logits, outputs.is_replaced).numpy()
    assert float(outputs.rtd_loss) == pytest.approx(
        rtd[batch.input_mask.numpy() > 0].mean(), rel=1e-5
    )


def test_replaced_is_what_differs_from_the_original(outputs, batch):
    differs = (outputs.corrupted_ids != batch.input_ids).numpy()
    np.testing.assert_array_equal(outputs.is_replaced, differs)
    assert differs.any()
    assert not differs[batch.input_mask.numpy() == 0].any()


def test_sampled_tokens_stand_at_the_masked_positions(outputs, batch):
    masked = outputs.masked
    used = masked.weights.numpy() > 0
    there = np.take_along_axis(outputs.corrupted_ids.numpy(), masked.positions.numpy(), axis=1)
    np.testing.assert_array_equal(there[used], outputs.sampled_ids.numpy()[used])


def test_a_sample_that_equals_the_original_counts_as_real(model, batch):
    positions = tf.tile([[1, 2]], [8, 1])
    targets = tf.gather(batch.input_ids, positions, batch_dims=1)
    masked = Masked(batch.input_ids, positions, targets, tf.ones([8, 2]))
    other = tf.where(targets[:, 1:] == 9, 10, 9)
    sampled = tf.concat([targets[:, :1], other], axis=1)  # right at 1, wrong at 2
    logits = tf.zeros([8, 2, VOCABULARY])
    is_replaced = discriminate(model, batch, masked, logits, sampled, CONFIG, None).is_replaced
    expected = np.zeros([8, LENGTH], bool)
    expected[:, 2] = True
    np.testing.assert_array_equal(is_replaced, expected)


def test_the_rtd_loss_sends_no_gradient_into_the_generator(model, batch):
    config = dataclasses.replace(CONFIG, mlm_weight=0.0)
    own = [v.value for v in model.generator.trainable_variables]
    own += [v.value for v in model.generator_head.trainable_variables]
    with tf.GradientTape() as tape:
        loss = run(model, batch, config=config).loss
    for gradient in tape.gradient(loss, own, unconnected_gradients="zero"):
        np.testing.assert_array_equal(gradient, tf.zeros_like(gradient))


def test_every_weight_learns_from_the_objective(model, batch):
    with tf.GradientTape() as tape:
        loss = run(model, batch).loss
    variables = model.trainable_variables
    for variable, gradient in zip(
        variables, tape.gradient(loss, [v.value for v in variables]), strict=True
    ):
        assert gradient is not None, variable.path
        assert np.isfinite(tf.convert_to_tensor(gradient)).all(), variable.path


def test_everything_is_a_function_of_the_seed(model, batch):
    once, again, other = (run(model, batch, seed) for seed in (1, 1, 2))
    assert float(once.loss) == float(again.loss)
    np.testing.assert_array_equal(once.corrupted_ids, again.corrupted_ids)
    assert (once.masked.positions != other.masked.positions).numpy().any()
    assert (once.sampled_ids != other.sampled_ids).numpy().any()


def test_evaluation_masks_like_training_but_drops_nothing(model, batch, outputs):
    training = run(model, batch)
    np.testing.assert_array_equal(training.masked.positions, outputs.masked.positions)
    assert (training.mlm_logits != outputs.mlm_logits).numpy().any()


def test_no_two_draws_of_two_steps_share_a_seed(model, batch, monkeypatch):
    """Every dropout, mask and sample of two consecutive steps has noise of its own."""
    seeds = []

    def remember(function, position):
        def remembering(*args, **kwargs):
            seed = args[position] if len(args) > position else kwargs["seed"]
            seeds.append(tuple(seed.numpy().tolist()))
            return function(*args, **kwargs)

        return remembering

    monkeypatch.setattr(
        tf.nn.experimental, "stateless_dropout", remember(tf.nn.experimental.stateless_dropout, 2)
    )
    monkeypatch.setattr(tf.random, "stateless_uniform", remember(tf.random.stateless_uniform, 1))
    for step in range(2):
        seed = fold_in(root_seed(1), step)
        electra_objective(model, batch, SPECIAL, CONFIG, seed, training=True)
    # Positions, which are hidden, samples; and for both encoders the embeddings and 2 x 3 places.
    assert len(seeds) == 2 * (3 + 2 * (1 + 2 * 3))
    assert len(set(seeds)) == len(seeds)
