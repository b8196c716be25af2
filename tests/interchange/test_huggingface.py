import dataclasses
import json
import logging

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.interchange import huggingface
from selectra_pipeline.interchange.huggingface import encoder_weights, export
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.shards.manifest import Manifest

ENCODERS = ("discriminator", "generator")
HUGGING_FACE_CLASS = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}
FILES = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
]


@pytest.fixture(scope="module", params=["wide", "narrow"])
def run(request) -> Manifest:
    return request.getfixturevalue(f"{request.param}_run")


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory) -> Manifest:
    return export(run, tmp_path_factory.mktemp("export") / "model")


def test_manifest_lists_every_file_of_both_folders(exported):
    assert exported.kind == "export"
    for encoder in ENCODERS:
        names = [shard.name for shard in exported.shards[encoder]]
        assert names == [f"{encoder}/{name}" for name in FILES]
        on_disk = sorted((exported.directory / encoder).iterdir())
        assert on_disk == exported.paths(encoder)
    exported.verify()
    assert exported.facts["step"] == 7


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_variable_is_exported_once_with_its_values(run, exported, encoder):
    tensors = safetensors.numpy.load_file(exported.directory / encoder / "model.safetensors")
    model = load_trained(run).model
    parts = tuple(f"electra/{part}/" for part in ("embeddings", encoder, f"{encoder}_head"))
    own = [v for v in model.trainable_variables if v.path.startswith(parts)]
    assert len(tensors) == len(own)
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float32)}
    total = sum(tensor.size for tensor in tensors.values())
    assert total == exported.facts["parameters"][encoder]
    kernel = next(v for v in own if v.path == f"electra/{encoder}/layer_1/attention/query/kernel")
    np.testing.assert_array_equal(
        tensors["electra.encoder.layer.1.attention.self.query.weight"], kernel.numpy().T
    )


def test_configuration_is_that_of_the_encoders(narrow_run, tmp_path):
    directory = export(narrow_run, tmp_path / "model").directory
    discriminator, generator = (
        json.loads((directory / encoder / "config.json").read_text()) for encoder in ENCODERS
    )
    assert discriminator["architectures"] == ["ElectraForPreTraining"]
    assert generator["architectures"] == ["ElectraForMaskedLM"]
    assert discriminator["embedding_size"] == generator["embedding_size"] == 12
    assert (discriminator["hidden_size"], generator["hidden_size"]) == (32, 8)
    assert (discriminator["intermediate_size"], generator["intermediate_size"]) == (48, 32)
    assert (discriminator["num_attention_heads"], generator["num_attention_heads"]) == (2, 1)
    assert generator["tie_word_embeddings"] is True
    assert discriminator["layer_norm_eps"] == 1e-12
    assert discriminator["hidden_act"] == "gelu"


def test_the_same_run_gives_the_same_bytes(run, exported, tmp_path):
    again = export(run, tmp_path / "again")
    assert again.shards == exported.shards
    assert again.fingerprint == exported.fingerprint


def test_an_export_that_is_up_to_date_is_not_written_again(wide_run, tmp_path, monkeypatch):
    first = export(wide_run, tmp_path / "model")

    def fail(*_):
        raise AssertionError("the model was read")

    monkeypatch.setattr(huggingface, "load_trained", fail)
    assert export(wide_run, tmp_path / "model") == first


def test_an_export_of_another_run_is_replaced(wide_run, narrow_run, tmp_path):
    export(wide_run, tmp_path / "model")
    second = export(narrow_run, tmp_path / "model")
    assert second == Manifest.load(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "discriminator" / "config.json").read_text())
    assert config["embedding_size"] == 12


def test_a_model_card_lives_as_long_as_the_weights_that_it_tells_of(wide_run, narrow_run, tmp_path):
    first = export(wide_run, tmp_path / "model")
    card = tmp_path / "model" / "discriminator" / "README.md"
    card.write_text("# The wide model")
    assert export(wide_run, tmp_path / "model") == first
    assert card.read_text() == "# The wide model"
    export(narrow_run, tmp_path / "model")
    assert not card.exists()


def test_an_interrupted_export_leaves_nothing(wide_run, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    # After all files of both folders.
    monkeypatch.setattr(huggingface, "describe_folder", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export(wide_run, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_export_are_not_overwritten(wide_run, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="no export, which would be lost"):
        export(wide_run, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_the_output_of_another_stage_is_no_run(wide_run, tmp_path):
    with pytest.raises(ConfigError, match="not a pre-training run"):
        export(dataclasses.replace(wide_run, kind="records"), tmp_path / "model")


def test_selectra_small_has_the_published_number_of_parameters():
    architecture = ArchitectureConfig(
        hidden_size=256,
        num_layers=12,
        num_heads=4,
        intermediate_size=1024,
        max_position_embeddings=512,
    )
    model = Electra(architecture.generator(50_000), architecture.discriminator(50_000))
    model.build()
    sizes = {e: sum(t.size for t in encoder_weights(model, e).values()) for e in ENCODERS}
    assert sizes["discriminator"] == 22_475_265
    embeddings = sum(v.numpy().size for v in model.embeddings.trainable_variables)
    assert sum(sizes.values()) - embeddings == 23_158_673


@pytest.fixture(scope="module", params=ENCODERS)
def loaded(request, run, exported, tmp_path_factory):
    """Our model, and what transformers makes of one folder."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    transformers_class = getattr(transformers, HUGGING_FACE_CLASS[request.param])
    theirs, information = transformers_class.from_pretrained(
        exported.directory / request.param, output_loading_info=True
    )
    return request.param, load_trained(run), theirs.eval(), information


def test_transformers_loads_every_weight_and_misses_none(loaded):
    _, _, _, information = loaded
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        assert not information[problem], problem


def test_loading_logs_no_warning(exported, caplog):
    transformers = pytest.importorskip("transformers")
    logger = logging.getLogger("transformers")  # does not hand its records on to the root logger
    logger.addHandler(caplog.handler)
    try:
        for encoder, name in HUGGING_FACE_CLASS.items():
            getattr(transformers, name).from_pretrained(exported.directory / encoder)
            transformers.AutoTokenizer.from_pretrained(exported.directory / encoder)
    finally:
        logger.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records] == []


def test_the_generators_output_matrix_is_the_word_table(loaded):
    encoder, _, theirs, _ = loaded
    if encoder == "generator":
        table = theirs.electra.embeddings.word_embeddings.weight
        assert theirs.generator_lm_head.weight.data_ptr() == table.data_ptr()


def test_logits_agree_with_padding_and_two_segments(loaded):
    import torch

    encoder, (model, tokenizer, _), theirs, _ = loaded
    draw = np.random.default_rng(5)
    input_ids = draw.integers(5, tokenizer.size, (3, 24))
    segment_ids = (np.arange(24) >= [[10], [24], [3]]).astype(np.int64)
    input_mask = (np.arange(24) < [[24], [15], [7]]).astype(np.int64)
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
        positions = tf.tile(tf.range(24)[tf.newaxis], [3, 1])
        ours = model.predict_words(*given, positions).numpy()
    real = input_mask.astype(bool)
    assert np.abs(ours[real]).max() > 0.5  # not agreement of zeros
    np.testing.assert_allclose(ours[real], expected[real], atol=1e-4)


# Runs of other objectives

OBJECTIVES = {
    "mlm": ({"task": "mlm"}, {"generator"}),
    "tied": ({"generator": "tied"}, {"discriminator", "generator"}),
    "own_embeddings": ({"generator_embeddings": "own"}, {"discriminator", "generator"}),
    "uniform": ({"generator": "uniform"}, {"discriminator"}),
    "electric": ({"task": "electric"}, {"discriminator"}),
}


@pytest.fixture(scope="module", params=OBJECTIVES)
def other_objective(request, make_run, tmp_path_factory):
    """The folders that are expected, the run's model, and the export."""
    changes, folders = OBJECTIVES[request.param]
    run = make_run(objective=ObjectiveConfig(**changes))
    exported = export(run, tmp_path_factory.mktemp("export") / "model")
    return folders, load_trained(run).model, exported


def test_the_folders_are_those_of_the_encoders_that_the_objective_has(other_objective):
    folders, _, exported = other_objective
    assert set(exported.shards) == set(exported.facts["parameters"]) == folders
    assert {path.name for path in exported.directory.iterdir() if path.is_dir()} == folders


def test_encoders_of_every_objective_give_the_same_logits_in_transformers(other_objective):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folders, model, exported = other_objective
    ids = np.random.default_rng(5).integers(5, 20, (3, 24))
    mask, segments = np.ones_like(ids), np.zeros_like(ids)
    given = [tf.constant(array, tf.int32) for array in (ids, mask, segments)]
    for folder in folders:
        theirs, information = getattr(transformers, HUGGING_FACE_CLASS[folder]).from_pretrained(
            exported.directory / folder, output_loading_info=True
        )
        assert not information["missing_keys"]
        assert not information["unexpected_keys"]
        with torch.no_grad():
            expected = theirs.eval()(input_ids=torch.tensor(ids)).logits.numpy()
        detects = folder == "discriminator"
        ours = model.detect_replaced(*given) if detects else model.predict_words(*given, None)
        assert np.abs(ours).max() > 0.5
        np.testing.assert_allclose(ours, expected, atol=1e-4)
