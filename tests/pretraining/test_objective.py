import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.objective import MaskingConfig, ObjectiveConfig
from selectra_pipeline.model import dropout
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.pretraining import masking
from selectra_pipeline.pretraining import objective as objective_module
from selectra_pipeline.pretraining.losses import rtd_losses
from selectra_pipeline.pretraining.masking import (
    Masked,
    MaskingVocabulary,
    SpecialIds,
    chosen_positions,
)
from selectra_pipeline.pretraining.objective import LossCounts, Objective
from selectra_pipeline.records.reader import Batch

WORDS, LENGTH = 60, 40
SPECIAL = SpecialIds(cls=2, sep=3, mask=4)
FACTS = MaskingVocabulary(SPECIAL, np.zeros(WORDS, bool))
CONFIG = ObjectiveConfig(masking=MaskingConfig(fraction=0.3))
ARCHITECTURE = ArchitectureConfig(
    hidden_size=16,
    num_layers=2,
    num_heads=2,
    intermediate_size=32,
    max_position_embeddings=LENGTH,
    generator_size=0.5,
)


def make(config=CONFIG) -> Objective:
    model = Electra.create(ARCHITECTURE, WORDS, "float32", 1, config)
    return Objective(model, FACTS, config, chunk_rows=64)


@pytest.fixture(scope="module")
def objective() -> Objective:
    return make()


@pytest.fixture(scope="module")
def model(objective) -> Electra:
    return objective.model


@pytest.fixture(scope="module")
def batch() -> Batch:
    ids = np.random.default_rng(1).integers(5, WORDS, [8, LENGTH]).astype(np.int32)
    ids[:, 0], ids[:, 20:] = SPECIAL.cls, np.where(np.arange(8) % 2, ids[:, 20:].T, 0).T
    mask = (ids > 0).astype(np.int32)
    return Batch(tf.constant(ids), tf.constant(mask), tf.zeros_like(mask))


def run(objective, batch, seed=1, training=True):
    """What was masked, and the objective's outputs."""
    noise = root_noise(seed)
    masked = objective.mask(batch, noise)
    counts = objective.count(batch, masked)
    return masked, objective(batch, masked, counts, noise, training)


@pytest.fixture(scope="module")
def masked_and_outputs(objective, batch):
    return run(objective, batch, training=False)


@pytest.fixture(scope="module")
def masked(masked_and_outputs):
    return masked_and_outputs[0]


@pytest.fixture(scope="module")
def outputs(masked_and_outputs):
    return masked_and_outputs[1]


def with_config(objective, **changes) -> Objective:
    """The same model under another configuration."""
    config = dataclasses.replace(objective.config, **changes)
    return Objective(objective.model, FACTS, config, objective.chunk_rows)


def gradients(objective, batch):
    variables = objective.model.trainable_variables
    with tf.GradientTape() as tape:
        loss = run(objective, batch)[1].loss
    return variables, tape.gradient(loss, [v.value for v in variables])


def test_the_loss_is_mlm_plus_50_times_rtd(outputs):
    expected = float(outputs.generated.mlm_loss) + 50 * float(outputs.detected.rtd_loss)
    assert float(outputs.loss) == pytest.approx(expected, rel=1e-6)


def test_the_weights_of_the_losses_are_configuration(objective, batch, outputs):
    weighted = with_config(objective, mlm_weight=3.0, rtd_weight=0.5)
    loss = float(run(weighted, batch, training=False)[1].loss)
    expected = 3.0 * float(outputs.generated.mlm_loss) + 0.5 * float(outputs.detected.rtd_loss)
    assert loss == pytest.approx(expected, rel=1e-5)


def test_a_scale_multiplies_the_loss_and_no_metric(objective, batch, masked, outputs):
    counts = objective.count(batch, masked)
    scaled = objective(batch, masked, counts, root_noise(1), training=False, scale=8.0)
    assert float(scaled.loss) == pytest.approx(8 * float(outputs.loss), rel=1e-6)
    assert float(scaled.generated.mlm_loss) == float(outputs.generated.mlm_loss)
    assert float(scaled.detected.rtd_loss) == float(outputs.detected.rtd_loss)


def test_an_untrained_model_knows_nothing(outputs):
    assert float(outputs.generated.mlm_loss) == pytest.approx(np.log(WORDS), abs=0.1)
    assert float(outputs.detected.rtd_loss) == pytest.approx(np.log(2), abs=0.02)


def test_mlm_is_the_mean_over_predictions_and_rtd_over_real_tokens(model, masked, outputs, batch):
    logits = model.predict_words(
        masked.input_ids, batch.input_mask, batch.segment_ids, masked.positions
    )
    mlm = tf.nn.sparse_softmax_cross_entropy_with_logits(masked.target_ids, logits).numpy()
    assert float(outputs.generated.mlm_loss) == pytest.approx(
        mlm[masked.weights.numpy() > 0].mean(), rel=1e-5
    )
    rtd = rtd_losses(outputs.detected.logits, outputs.detected.is_replaced).numpy()
    assert float(outputs.detected.rtd_loss) == pytest.approx(
        rtd[batch.input_mask.numpy() > 0].mean(), rel=1e-5
    )


def test_the_shares_of_two_halves_add_up_to_the_loss_of_the_whole(objective, batch):
    """Dropout is on: an example meets the same noise in its half as in the whole."""
    noise = root_noise(1)
    masked = objective.mask(batch, noise)
    counts = objective.count(batch, masked)
    whole = objective(batch, masked, counts, noise, training=True)
    shares = [
        objective(
            Batch(*(x[rows] for x in batch)),
            Masked(*(x[rows] for x in masked)),
            counts,
            noise.for_rows_from(rows.start),
            training=True,
        )
        for rows in (slice(0, 3), slice(3, 8))
    ]
    assert sum(float(s.loss) for s in shares) == pytest.approx(float(whole.loss), rel=1e-5)


def test_replaced_is_what_differs_from_the_original(outputs, batch):
    detected = outputs.detected
    differs = (detected.corrupted_ids != batch.input_ids).numpy()
    np.testing.assert_array_equal(detected.is_replaced, differs)
    assert differs.any()
    assert not differs[batch.input_mask.numpy() == 0].any()


def test_sampled_tokens_stand_at_the_masked_positions(masked, outputs):
    used = masked.weights.numpy() > 0
    corrupted = outputs.detected.corrupted_ids.numpy()
    there = np.take_along_axis(corrupted, masked.positions.numpy(), axis=1)
    sampled = outputs.generated.predictions.sampled_ids.numpy()
    np.testing.assert_array_equal(there[used], sampled[used])


def detect(objective, batch, positions, sampled_ids):
    """The labels where the given tokens are sampled at the given positions."""
    targets = tf.gather(batch.input_ids, positions, batch_dims=1)
    masked = Masked(batch.input_ids, positions, targets, tf.ones(positions.shape))
    counts = objective.count(batch, masked)
    generated = objective.generate(batch, masked, counts, root_noise(1), training=False)
    predictions = generated.predictions._replace(sampled_ids=sampled_ids(targets))
    generated = generated._replace(predictions=predictions)
    return objective.detect(batch, masked, generated, counts, root_noise(1), training=False)


def test_a_sample_that_equals_the_original_counts_as_real(objective, batch):
    def right_then_wrong(targets):
        other = tf.where(targets[:, 1:] == 9, 10, 9)
        return tf.concat([targets[:, :1], other], axis=1)  # right at 1, wrong at 2

    positions = tf.tile([[1, 2]], [8, 1])
    is_replaced = detect(objective, batch, positions, right_then_wrong).is_replaced
    expected = np.zeros([8, LENGTH], bool)
    expected[:, 2] = True
    np.testing.assert_array_equal(is_replaced, expected)


def test_the_rtd_loss_sends_no_gradient_into_the_generator(objective, batch):
    variables, found = gradients(with_config(objective, mlm_weight=0.0), batch)
    for variable, gradient in zip(variables, found, strict=True):
        if "/generator" in variable.path:
            np.testing.assert_array_equal(gradient, tf.zeros_like(gradient))


ALL = {
    "electra": {},
    "mlm": {"task": "mlm"},
    "electric": {"task": "electric"},
    "tied": {"generator": "tied"},
    "uniform": {"generator": "uniform"},
    "own_embeddings": {"generator_embeddings": "own"},
}


@pytest.mark.parametrize("name", ALL)
def test_every_weight_learns_from_every_objective(batch, name):
    config = dataclasses.replace(CONFIG, **ALL[name])
    for variable, gradient in zip(*gradients(make(config), batch), strict=True):
        assert gradient is not None, variable.path
        assert np.isfinite(tf.convert_to_tensor(gradient)).all(), variable.path


@pytest.mark.parametrize("name", ALL)
def test_the_parts_of_the_model_are_those_that_the_objective_needs(name):
    paths = {
        v.path.split("/")[1]
        for v in make(dataclasses.replace(CONFIG, **ALL[name])).model.trainable_variables
    }
    expected = {
        "electra": "embeddings generator generator_head discriminator discriminator_head",
        "electric": "embeddings generator generator_head discriminator discriminator_head",
        "own_embeddings": "embeddings generator_embeddings generator generator_head discriminator "
        "discriminator_head",
        "tied": "embeddings generator_head discriminator discriminator_head",
        "uniform": "embeddings discriminator discriminator_head",
        "mlm": "embeddings generator_head discriminator",
    }
    assert paths == set(expected[name].split())


def test_everything_is_a_function_of_the_seed(objective, batch):
    (masked, once), (_, again), (other_masked, other) = (
        run(objective, batch, seed) for seed in (1, 1, 2)
    )
    assert float(once.loss) == float(again.loss)
    np.testing.assert_array_equal(once.detected.corrupted_ids, again.detected.corrupted_ids)
    assert (masked.positions != other_masked.positions).numpy().any()
    sampled = [o.generated.predictions.sampled_ids for o in (once, other)]
    assert (sampled[0] != sampled[1]).numpy().any()


def test_evaluation_masks_like_training_but_drops_nothing(objective, batch, masked, outputs):
    masked_in_training, training = run(objective, batch)
    np.testing.assert_array_equal(masked_in_training.positions, masked.positions)
    assert float(training.generated.mlm_loss) != float(outputs.generated.mlm_loss)


# Variants of the objective


def test_masked_words_alone_are_predicted_by_the_full_encoder(batch):
    objective = make(dataclasses.replace(CONFIG, task="mlm", mlm_weight=2.0))
    masked, outputs = run(objective, batch, training=False)
    assert outputs.detected is None
    assert float(outputs.loss) == pytest.approx(2 * float(outputs.generated.mlm_loss))
    model = objective.model
    embedded = model.embeddings(masked.input_ids, batch.segment_ids)
    states = model.discriminator(embedded, batch.input_mask)
    logits = model.generator_head(tf.gather(states, masked.positions, batch_dims=1))
    logits = tf.einsum("bpe,ve->bpv", logits, model.embeddings.word_embeddings.value)
    expected = tf.nn.sparse_softmax_cross_entropy_with_logits(masked.target_ids, logits).numpy()
    used = masked.weights.numpy() > 0
    assert float(outputs.generated.mlm_loss) == pytest.approx(expected[used].mean(), rel=1e-5)


def test_a_tied_generator_is_the_discriminators_encoder(batch):
    objective = make(dataclasses.replace(CONFIG, generator="tied"))
    assert objective.model.generator is objective.model.discriminator
    only_mlm = with_config(objective, rtd_weight=0.0)
    variables, found = gradients(only_mlm, batch)
    moved = [v.path for v, g in zip(variables, found, strict=True) if tf.norm(g) > 0]
    assert any("/discriminator/layer_1/" in path for path in moved)
    assert not any("discriminator_head" in path for path in moved)


def test_a_uniform_generator_draws_every_word_and_predicts_none(batch):
    objective = make(dataclasses.replace(CONFIG, generator="uniform"))
    draws = []
    for seed in range(40):
        masked, outputs = run(objective, batch, seed, training=False)
        sampled = outputs.generated.predictions.sampled_ids
        draws.append(sampled.numpy()[masked.weights.numpy() > 0])
        assert float(outputs.loss) == pytest.approx(50.0 * float(outputs.detected.rtd_loss))
    counts = np.bincount(np.concatenate(draws), minlength=WORDS)
    expected = counts.sum() / WORDS
    assert ((counts - expected) ** 2 / expected).sum() < WORDS + 5 * np.sqrt(2 * WORDS)


def test_own_embeddings_are_as_wide_as_the_generator_and_predict_its_words(batch):
    objective = make(dataclasses.replace(CONFIG, generator_embeddings="own"))
    model = objective.model
    assert model.word_table().shape == (WORDS, 8)  # half of 16
    assert model.generator.embeddings_project is None
    variables, found = gradients(with_config(objective, rtd_weight=0.0), batch)
    for variable, gradient in zip(variables, found, strict=True):
        shared = variable.path.startswith(("electra/embeddings", "electra/discriminator"))
        norm = 0.0 if gradient is None else float(tf.norm(tf.convert_to_tensor(gradient)))
        assert not (shared and norm > 0), variable.path


def test_disallowing_the_correct_token_makes_every_sample_a_replacement(batch):
    for generator in ("small", "uniform"):
        config = dataclasses.replace(CONFIG, generator=generator, disallow_correct=True)
        for seed in range(5):
            masked, outputs = run(make(config), batch, seed, training=False)
            chosen = chosen_positions(masked, LENGTH)
            np.testing.assert_array_equal(outputs.detected.is_replaced, chosen)


def test_a_low_temperature_samples_the_best_word(objective, batch):
    cold = with_config(objective, temperature=1e-4)
    predictions = run(cold, batch, training=False)[1].generated.predictions
    np.testing.assert_array_equal(predictions.sampled_ids, predictions.best_ids)
    hot = with_config(objective, temperature=1e4)
    predictions = run(hot, batch, training=False)[1].generated.predictions
    assert (predictions.sampled_ids != predictions.best_ids).numpy().mean() > 0.9


# Electric


@pytest.fixture(scope="module")
def electric() -> Objective:
    return make(dataclasses.replace(CONFIG, task="electric"))


def test_electrics_generator_predicts_a_word_from_all_others_but_not_from_itself(electric, batch):
    changed = batch.input_ids.numpy().copy()
    changed[:, 5] = np.where(changed[:, 5] == 9, 10, 9)
    before, after = (
        electric.model.predict_words(ids, batch.input_mask, batch.segment_ids, None).numpy()
        for ids in (batch.input_ids, changed)
    )
    np.testing.assert_array_equal(before[:, 5], after[:, 5])
    for other in (1, 4, 6, 15):
        assert np.abs(before[:, other] - after[:, other]).max() > 1e-7


def test_electrics_mlm_loss_is_a_mean_over_all_tokens_that_are_not_special(electric, batch):
    _, outputs = run(electric, batch, training=False)
    logits = electric.model.predict_words(*batch, None)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(batch.input_ids, logits).numpy()
    ids = batch.input_ids.numpy()
    candidates = (batch.input_mask.numpy() > 0) & ~np.isin(ids, SPECIAL)
    assert float(outputs.generated.mlm_loss) == pytest.approx(losses[candidates].mean(), rel=1e-5)


def test_electrics_logits_are_energy_plus_the_log_odds_of_noise(electric, batch):
    """E(x) + log(fraction q(x) / (1 - fraction)), and every chosen token is noise."""
    masked, outputs = run(electric, batch, training=False)
    detected = outputs.detected
    energy = electric.model.detect_replaced(
        detected.corrupted_ids, batch.input_mask, batch.segment_ids
    )
    log_q = tf.nn.log_softmax(electric.model.predict_words(*batch, None))
    log_q = tf.gather(log_q, detected.corrupted_ids, batch_dims=2)  # given the original context
    expected = energy + log_q + math.log(0.3 / 0.7)
    np.testing.assert_allclose(detected.logits, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(detected.is_replaced, chosen_positions(masked, LENGTH))


def test_electrics_noise_probability_sends_no_gradient_into_the_generator(electric, batch):
    variables, found = gradients(with_config(electric, mlm_weight=0.0), batch)
    for variable, gradient in zip(variables, found, strict=True):
        if "/generator" in variable.path:
            np.testing.assert_array_equal(gradient, tf.zeros_like(gradient))


def test_no_two_draws_of_two_steps_share_a_seed(objective, batch, monkeypatch):
    """Every dropout, mask and sample of two consecutive steps has noise of its own."""
    seeds = []

    def remembering(draw):
        def remember(*arguments):
            seeds.append(tuple(arguments[-1].seed.numpy().tolist()))
            return draw(*arguments)

        return remember

    for module, name in (
        (masking, "uniform"),
        (objective_module, "uniform"),
        (dropout, "kept"),
    ):
        monkeypatch.setattr(module, name, remembering(getattr(module, name)))
    for step in range(2):
        noise = root_noise(1).fold_in(step)
        masked = objective.mask(batch, noise)
        one = LossCounts(tf.constant(1.0), tf.constant(1.0))
        objective(batch, masked, one, noise, training=True)
    # Positions, which are hidden, samples; and for both encoders the embeddings and 2 x 3 places.
    assert len(seeds) == 2 * (3 + 2 * (1 + 2 * 3))
    assert len(set(seeds)) == len(seeds)
