"""Folders as transformers writes them, of small random models."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange.huggingface_folder import read_hugging_face_folder
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.model.assignment import assign_weights
from selectra_pipeline.model.electra import Electra

VOCABULARY_SIZE, LENGTH = 60, 24
HUGGING_FACE_CLASS = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}
# The generator of this architecture is as wide as the discriminator, as in ELECTRA small++.
ARCHITECTURE = ArchitectureConfig(
    hidden_size=32,
    num_layers=2,
    num_heads=1,
    intermediate_size=128,
    embedding_size=12,
    max_position_embeddings=LENGTH,
    generator_size=1.0,
)


@pytest.fixture(scope="module", params=HUGGING_FACE_CLASS)
def encoder(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def theirs(encoder):
    """A model of transformers whose weights are wide enough to show in the logits."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(3)
    torch.set_num_threads(1)
    config = transformers.ElectraConfig(
        vocab_size=VOCABULARY_SIZE,
        embedding_size=12,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=1,
        intermediate_size=128,
        max_position_embeddings=LENGTH,
        initializer_range=0.3,
    )
    return getattr(transformers, HUGGING_FACE_CLASS[encoder])(config).eval()


@pytest.fixture(scope="module")
def folder(theirs, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("transformers") / "model"
    theirs.save_pretrained(directory)
    return directory


@pytest.fixture
def changed(folder, tmp_path):
    """Makes a copy of the folder with other tensors, or other settings in config.json."""

    def change(tensors=None, **settings) -> Path:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        if tensors is not None:
            safetensors.numpy.save_file(tensors, copy / "model.safetensors")
        config = json.loads((copy / "config.json").read_text())
        (copy / "config.json").write_text(json.dumps({**config, **settings}))
        return copy

    return change


def tensors_of(folder: Path) -> dict[str, np.ndarray]:
    return safetensors.numpy.load_file(folder / "model.safetensors")


def test_imported_logits_are_those_of_transformers(encoder, theirs, folder):
    import torch

    fresh = "generator" if encoder == "discriminator" else "discriminator"
    model = Electra.create(ARCHITECTURE, VOCABULARY_SIZE, "float32", seed=1)
    assign_weights(model, load_weights(folder, fresh))
    draw = np.random.default_rng(5)
    input_ids = draw.integers(5, VOCABULARY_SIZE, (3, LENGTH))
    segment_ids = (np.arange(LENGTH) >= [[10], [24], [3]]).astype(np.int64)
    input_mask = (np.arange(LENGTH) < [[24], [15], [7]]).astype(np.int64)
    with torch.no_grad():
        expected = theirs(
            input_ids=torch.tensor(input_ids),
            attention_mask=torch.tensor(input_mask),
            token_type_ids=torch.tensor(segment_ids),
        ).logits.numpy()
    given = [tf.constant(array, tf.int32) for array in (input_ids, input_mask, segment_ids)]
    if encoder == "discriminator":
        ours = model.detect_replaced(*given).numpy()
    else:
        positions = tf.tile(tf.range(LENGTH)[tf.newaxis], [3, 1])
        ours = model.predict_words(*given, positions).numpy()
    real = input_mask.astype(bool)
    assert np.abs(ours[real]).max() > 0.5  # not agreement of zeros
    np.testing.assert_allclose(ours[real], expected[real], atol=1e-4)


def test_sizes_are_those_of_the_shapes_and_of_config_json(encoder, folder):
    assert read_hugging_face_folder(folder).sizes == {
        encoder: {
            "num_layers": 2,
            "vocab_size": VOCABULARY_SIZE,
            "embedding_size": 12,
            "type_vocab_size": 2,
            "max_position_embeddings": LENGTH,
            "hidden_size": 32,
            "intermediate_size": 128,
            "num_heads": 1,
            "layer_norm_epsilon": 1e-12,
        }
    }


def test_names_of_older_releases_are_understood(folder, changed):
    def old(name: str) -> str:
        if "LayerNorm" not in name:
            return name
        return name.replace(".weight", ".gamma").replace(".bias", ".beta")

    older = {old(name): tensor for name, tensor in tensors_of(folder).items()}
    older["electra.embeddings.position_ids"] = np.arange(LENGTH)[np.newaxis]
    table = older["electra.embeddings.word_embeddings.weight"]
    older["generator_lm_head.weight"] = table.copy()
    weights = read_hugging_face_folder(changed(older))
    assert weights.digest == read_hugging_face_folder(folder).digest
    assert set(weights.ignored) == {"electra.embeddings.position_ids", "generator_lm_head.weight"}
    assert weights.unknown == ()


def test_half_precision_becomes_float32(theirs, folder, tmp_path):
    import torch

    type(theirs).from_pretrained(folder, dtype=torch.bfloat16).save_pretrained(tmp_path / "half")
    half = read_hugging_face_folder(tmp_path / "half").values
    for path, value in read_hugging_face_folder(folder).values.items():
        assert half[path].dtype == np.float32
        np.testing.assert_allclose(half[path], value, rtol=2**-8)


def test_an_output_matrix_of_its_own_is_refused(folder, changed):
    tensors = tensors_of(folder)
    table = tensors["electra.embeddings.word_embeddings.weight"]
    tensors["generator_lm_head.weight"] = table + np.float32(0.1)
    with pytest.raises(ConfigError, match=r"generator_lm_head\.weight .* is not the word table"):
        read_hugging_face_folder(changed(tensors))


def test_layers_that_are_no_electras_are_told_by_name(folder, changed):
    extra = {**tensors_of(folder), "classifier.weight": np.zeros((3, 32), np.float32)}
    assert read_hugging_face_folder(changed(extra)).unknown == ("classifier.weight",)


def test_a_model_without_its_head_is_refused(folder, changed):
    bare = {name: t for name, t in tensors_of(folder).items() if "_predictions." not in name}
    with pytest.raises(ConfigError, match="ElectraForPreTraining or ElectraForMaskedLM"):
        read_hugging_face_folder(changed(bare))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model_type", "bert"),
        ("hidden_act", "gelu_new"),
        ("position_embedding_type", "relative_key"),
    ],
)
def test_a_model_that_computes_otherwise_is_refused(changed, setting, value):
    with pytest.raises(ConfigError, match=rf"{setting}='{value}', where our model has"):
        read_hugging_face_folder(changed(**{setting: value}))


def test_pickled_weights_are_refused_with_the_command_that_converts_them(encoder, changed):
    pickled = changed()
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    expected = rf"import {HUGGING_FACE_CLASS[encoder]} as M; .*save_pretrained\(f\)"
    with pytest.raises(ConfigError, match=expected):
        load_weights(pickled)


def test_missing_and_damaged_files_are_named(changed):
    copy = changed()
    (copy / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ConfigError, match=r"model\.safetensors is damaged"):
        load_weights(copy)
    (copy / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"holds no model\.safetensors"):
        load_weights(copy)
    (copy / "config.json").write_text("[1]")
    with pytest.raises(ConfigError, match=r"config\.json holds no mapping"):
        load_weights(copy)
    (copy / "config.json").write_text("{")
    with pytest.raises(ConfigError, match=r"config\.json is damaged"):
        load_weights(copy)
    (copy / "config.json").unlink()
    (copy / "model.safetensors").touch()
    with pytest.raises(ConfigError, match=r"config\.json does not exist: .*heads"):
        load_weights(copy)
