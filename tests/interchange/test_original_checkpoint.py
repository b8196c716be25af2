"""A checkpoint as google-research/electra saves it, of the recorded variables."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from electra_reference import FILES, encoder_configs, start_value
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.interchange.original_checkpoint import find_checkpoint
from selectra_pipeline.model.assignment import assign_weights
from selectra_pipeline.model.electra import Electra


def save_original(prefix: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write named tensors in the format that TensorFlow 1's Saver writes."""
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def original(request, tmp_path_factory) -> SimpleNamespace:
    """The `reference`, and the `prefix` of a checkpoint with its start values, Adam slots too."""
    reference = json.loads(request.param.read_text())
    prefix = tmp_path_factory.mktemp("original") / "model.ckpt-1000"
    tensors: dict[str, np.ndarray] = {"global_step": np.int64(1000)}
    for number, recorded in enumerate(reference["variables"]):
        tensors[recorded["name"]] = start_value(number, recorded)
        for slot in ("adam_m", "adam_v"):
            tensors[f"{recorded['name']}/{slot}"] = np.zeros(recorded["shape"], np.float32)
    save_original(prefix, tensors)
    return SimpleNamespace(reference=reference, prefix=prefix)


@pytest.fixture(scope="module")
def model(original) -> Electra:
    model = Electra(*encoder_configs(original.reference["config"]), name="electra")
    model.build()
    assign_weights(model, load_weights(original.prefix))
    return model


def test_imported_logits_are_those_that_the_original_computed(original, model):
    reference, recorded = original.reference, original.reference["forward"]
    mask, segments = (tf.constant(reference[key]) for key in ("input_mask", "segment_ids"))
    mlm_logits = model.predict_words(
        tf.constant(reference["masked_input_ids"]),
        mask,
        segments,
        tf.constant(reference["masked_positions"]),
    )
    expected = np.array(recorded["mlm_logits"])
    largest = np.abs(expected).max()  # sums that cancel are compared to it
    np.testing.assert_allclose(mlm_logits, expected, rtol=1e-4, atol=1e-5 * largest)
    rtd_logits = model.detect_replaced(tf.constant(recorded["corrupted"]), mask, segments)
    np.testing.assert_allclose(tf.sigmoid(rtd_logits), recorded["disc_probs"], rtol=1e-4)


def test_both_encoders_and_their_sizes_are_found(original):
    config = original.reference["config"]
    sizes = load_weights(original.prefix).sizes
    assert sizes["discriminator"] == {
        "num_layers": config["num_hidden_layers"],
        "vocab_size": 160,
        "embedding_size": config["embedding_size"],
        "type_vocab_size": 2,
        "max_position_embeddings": 64,
        "hidden_size": 128,
        "intermediate_size": 512,
    }
    assert sizes["generator"]["hidden_size"] == 32


def test_step_and_optimizer_slots_are_ignored_by_name(original):
    weights = load_weights(original.prefix)
    count = len(original.reference["variables"])
    assert (len(weights.values), len(weights.ignored)) == (count, 2 * count + 1)
    assert "global_step" in weights.ignored
    assert "electra/embeddings/word_embeddings/adam_v" in weights.ignored
    assert weights.unknown == ()


def test_a_checkpoint_is_named_by_prefix_index_or_folder(original):
    prefix = original.prefix
    for source in (prefix, prefix.with_name("model.ckpt-1000.index"), prefix.parent):
        assert find_checkpoint(source) == prefix
    assert find_checkpoint(prefix.with_name("model.ckpt-7")) is None


def test_of_several_checkpoints_the_newest_is_the_one_that_tensorflow_lists(tmp_path):
    for step in (5, 10):
        save_original(tmp_path / f"model.ckpt-{step}", {"global_step": np.int64(step)})
    with pytest.raises(ConfigError, match=r"model\.ckpt-10, model\.ckpt-5\); name one of them"):
        find_checkpoint(tmp_path)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-10"\n')
    assert find_checkpoint(tmp_path) == tmp_path / "model.ckpt-10"


def test_variables_of_other_models_are_told_by_name(tmp_path):
    save_original(tmp_path / "model.ckpt-1", {"task_specific/classifier/bias": np.zeros(3)})
    assert load_weights(tmp_path).unknown == ("task_specific/classifier/bias",)


def test_the_checkpoints_of_our_own_runs_are_refused_with_what_to_name(wide_run):
    with pytest.raises(ConfigError, match=r"checkpoint of TensorFlow 2, .* name the export"):
        load_weights(wide_run.directory / "checkpoints")


def test_a_damaged_checkpoint_is_named(tmp_path):
    save_original(tmp_path / "model.ckpt-1", {"electra/embeddings/LayerNorm/beta": np.zeros(3)})
    (tmp_path / "model.ckpt-1.index").write_bytes(b"damaged" * 20)
    with pytest.raises(ConfigError, match=r"model\.ckpt-1 is damaged .*copy"):
        load_weights(tmp_path)
