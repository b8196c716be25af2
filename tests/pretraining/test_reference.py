"""The original's own numbers (google-research/electra) are reproduced, for every recorded file."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

from electra_reference import DIRECTORY, FILES, encoder_configs, start_value
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.interchange.names import original_name
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.pretraining.masking import Masked, MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.objective import Objective, ObjectiveOutputs
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import LearningRateSchedule

RELATIVE = 1e-4


def test_there_are_reference_files():
    assert FILES, f"no electra_reference_*.json in {DIRECTORY}"


class WithGivenSamples(Objective):
    """The objective, but for the generator's samples, which are the reference's."""

    given_samples: tf.Tensor

    def generate(self, *args, **kwargs):
        generated = super().generate(*args, **kwargs)
        predictions = generated.predictions._replace(sampled_ids=self.given_samples)
        return generated._replace(predictions=predictions)


class Replay:
    """Our model with the reference's weights, inputs, masks and samples."""

    def __init__(self, reference: dict) -> None:
        self.reference = reference
        self.config = config = reference["config"]
        self.model = Electra(*encoder_configs(config), name="electra")
        self.model.build()
        ours = {original_name(v.path): v for v in self.model.trainable_variables}
        names = [variable["name"] for variable in reference["variables"]]
        assert sorted(ours) == sorted(names)
        self.variables = [ours[name] for name in names]
        for number, (variable, recorded) in enumerate(
            zip(self.variables, reference["variables"], strict=True)
        ):
            assert list(variable.shape) == recorded["shape"], recorded["name"]
            variable.assign(start_value(number, recorded))
        # The masks are given: which tokens are special does not matter.
        vocabulary = MaskingVocabulary(SpecialIds(2, 3, 4), np.zeros(config["vocab_size"], bool))
        weights = ObjectiveConfig(mlm_weight=config["mlm_weight"], rtd_weight=config["rtd_weight"])
        self.objective = WithGivenSamples(self.model, vocabulary, weights, chunk_rows=7)
        self.objective.given_samples = tf.constant(reference["sampled_ids"])
        self.optimizer = AdamW(
            self.variables,
            OptimizerConfig(
                config["beta_1"],
                config["beta_2"],
                config["epsilon"],
                config["weight_decay"],
                config["clip_global_norm"],
            ),
            LearningRateSchedule(
                ScheduleConfig(
                    peak=config["learning_rate"],
                    warmup_steps=config["warmup_steps"],
                    decay_power=config["decay_power"],
                ),
                config["total_steps"],
            ),
        )

    def forward(self) -> tuple[ObjectiveOutputs, tf.Tensor]:
        """The objective's outputs, and the generator's logits."""
        given = {
            key: tf.constant(self.reference[key])
            for key in (
                "input_ids",
                "input_mask",
                "segment_ids",
                "masked_input_ids",
                "masked_positions",
                "masked_ids",
                "masked_weights",
            )
        }
        batch = Batch(given["input_ids"], given["input_mask"], given["segment_ids"])
        masked = Masked(
            given["masked_input_ids"],
            given["masked_positions"],
            given["masked_ids"],
            given["masked_weights"],
        )
        counts = self.objective.count(batch, masked)
        # Dropout is 0 in the reference: training needs no noise, and there is none to agree on.
        outputs = self.objective(batch, masked, counts, root_noise(1), training=True)
        logits = self.model.predict_words(
            masked.input_ids, batch.input_mask, batch.segment_ids, masked.positions
        )
        return outputs, logits

    @tf.function
    def gradients(self) -> tuple[ObjectiveOutputs, tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            outputs, logits = self.forward()
        gradients = tape.gradient(outputs.loss, [v.value for v in self.variables])
        return outputs, logits, [tf.convert_to_tensor(gradient) for gradient in gradients]

    @tf.function
    def step(self) -> tf.Tensor:
        outputs, _, gradients = self.gradients()
        clipped, _ = tf.clip_by_global_norm(gradients, self.config["clip_global_norm"])
        self.optimizer.apply(clipped)
        return tf.stack([outputs.loss, outputs.generated.mlm_loss, outputs.detected.rtd_loss])


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def reference(request) -> dict:
    return json.loads(request.param.read_text())


@pytest.fixture(scope="module")
def first_pass(reference) -> tuple[ObjectiveOutputs, tf.Tensor, list[tf.Tensor]]:
    replay = Replay(reference)
    return replay.gradients()


def test_forward_pass_equals_the_original(reference, first_pass):
    outputs, mlm_logits, _ = first_pass
    generated, detected = outputs.generated, outputs.detected
    recorded = reference["forward"]
    logits = np.array(recorded["mlm_logits"])
    np.testing.assert_allclose(
        mlm_logits, logits, rtol=RELATIVE, atol=RELATIVE * np.abs(logits).max() / 10
    )
    np.testing.assert_allclose(tf.sigmoid(detected.logits), recorded["disc_probs"], RELATIVE)
    np.testing.assert_array_equal(detected.corrupted_ids, recorded["corrupted"])
    np.testing.assert_array_equal(tf.cast(detected.is_replaced, tf.int32), recorded["disc_labels"])
    assert float(generated.mlm_loss) == pytest.approx(recorded["mlm_loss"], rel=RELATIVE)
    assert float(detected.rtd_loss) == pytest.approx(recorded["disc_loss"], rel=RELATIVE)
    assert float(outputs.loss) == pytest.approx(recorded["total_loss"], rel=RELATIVE)


def test_gradients_equal_the_original(reference, first_pass):
    _, _, gradients = first_pass
    norm = float(tf.linalg.global_norm(gradients))
    assert norm == pytest.approx(reference["forward"]["grad_global_norm"], rel=RELATIVE)
    for variable, gradient in zip(reference["variables"], gradients, strict=True):
        name = variable["name"]
        recorded = reference["gradient"][name]
        if name.endswith("self/key/bias"):
            # Softmax ignores a shift of its scores: this gradient is 0, what is left is rounding.
            assert recorded["l2"] < 1e-9 * norm
            assert np.linalg.norm(gradient) < 1e-9 * norm, name
        else:
            assert_summary(gradient.numpy(), recorded, name)


def test_weights_after_2_and_6_steps_equal_the_original(reference):
    replay = Replay(reference)
    rates = [float(replay.optimizer.learning_rate(step)) for step in range(6)]
    np.testing.assert_allclose(rates, reference["learning_rate_of_each_step"], rtol=RELATIVE)
    losses = []
    for step in range(1, 7):
        losses.append(replay.step().numpy())
        if step in (2, 6):
            recorded = reference[f"weights_after_{step}_steps"]
            for variable, ours in zip(reference["variables"], replay.variables, strict=True):
                assert_summary(ours.numpy(), recorded[variable["name"]], variable["name"])
    np.testing.assert_allclose(losses, reference["losses_before_each_step"], rtol=RELATIVE)


def assert_summary(value: np.ndarray, recorded: dict, name: str) -> None:
    """Length, sum and first entries agree to `RELATIVE`.

    Where entries cancel, a sum is compared to the length, an entry to their root mean square.
    """
    value = value.astype(np.float64)
    length = recorded["l2"]
    assert np.linalg.norm(value) == pytest.approx(length, rel=RELATIVE), name
    assert value.sum() == pytest.approx(recorded["sum"], rel=RELATIVE, abs=RELATIVE * length), name
    np.testing.assert_allclose(
        value.ravel()[: len(recorded["first"])],
        recorded["first"],
        rtol=RELATIVE,
        atol=RELATIVE * length / math.sqrt(value.size),
        err_msg=name,
    )
