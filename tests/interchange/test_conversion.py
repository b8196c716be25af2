"""Checkpoints of every format to the run's model, and back."""

import json
import logging
import shutil

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from finished_runs import NARROW, VOCABULARY
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.import_checkpoint import ImportConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.conversion import import_checkpoint
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.importing import load_weights
from selectra_pipeline.interchange.original_folder import export_original
from selectra_pipeline.interchange.released import encoder_shapes
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.learning import VocabularyError

ENCODERS = ("discriminator", "generator")
CONFIG = VocabularyConfig()


def imported(source, directory, **settings) -> Manifest:
    return import_checkpoint(ImportConfig(str(source), **settings), CONFIG, directory)


@pytest.fixture(scope="module")
def exported(narrow_run, tmp_path_factory) -> Manifest:
    return export(narrow_run, tmp_path_factory.mktemp("export") / "model")


@pytest.fixture
def copy(exported, tmp_path):
    """A copy of the export that a test may change."""
    return shutil.copytree(exported.directory, tmp_path / "copy")


def change_json(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_our_own_export_is_imported_byte_for_byte(exported, tmp_path):
    model = imported(exported.directory, tmp_path / "model")
    assert model.kind == "import"
    assert model.shards == exported.shards
    model.verify()
    for encoder in ENCODERS:
        assert model.facts["parameters"][encoder] == exported.facts["parameters"][encoder]
    assert model.facts["tokenizer_digest"] == exported.facts["tokenizer_digest"]


@pytest.mark.parametrize(
    "objective", [{"task": "mlm"}, {"generator": "tied"}, {"generator_embeddings": "own"}]
)
def test_exports_of_every_objective_are_imported_byte_for_byte(make_run, tmp_path, objective):
    source = export(make_run(objective=ObjectiveConfig(**objective)), tmp_path / "export")
    assert imported(source.directory, tmp_path / "model").shards == source.shards


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_folder_of_one_encoder_is_imported_as_that(exported, tmp_path, encoder):
    model = imported(exported.directory / encoder, tmp_path / "model")
    assert model.shards == {encoder: exported.shards[encoder]}


def test_what_is_up_to_date_is_not_written_again(exported, tmp_path):
    first = imported(exported.directory, tmp_path / "model")
    card = tmp_path / "model" / "discriminator" / "README.md"
    card.write_text("mine")
    assert imported(exported.directory, tmp_path / "model") == first
    assert card.read_text() == "mine"
    imported(exported.directory / "discriminator", tmp_path / "model")
    assert not card.exists()


def test_the_export_of_a_run_is_not_written_over(exported, narrow_run, tmp_path):
    export(narrow_run, tmp_path / "model")
    with pytest.raises(ConfigError, match="files that are no import, which would be lost"):
        imported(exported.directory, tmp_path / "model")
    imported(exported.directory, tmp_path / "other")
    with pytest.raises(ConfigError, match="files that are no export, which would be lost"):
        export(narrow_run, tmp_path / "other")


def test_pickled_weights_are_read_only_if_that_is_allowed(exported, copy, tmp_path):
    torch = pytest.importorskip("torch")
    for encoder in ENCODERS:
        file = copy / encoder / "model.safetensors"
        tensors = safetensors.numpy.load_file(file)
        torch.save(
            {name: torch.tensor(tensor) for name, tensor in tensors.items()},
            copy / encoder / "pytorch_model.bin",
        )
        file.unlink()
    with pytest.raises(ConfigError, match=r"import_checkpoint\.allow_pickle=true"):
        imported(copy, tmp_path / "model")
    model = imported(copy, tmp_path / "model", allow_pickle=True)
    assert model.shards == exported.shards


def test_settings_that_no_shape_shows_are_kept(exported, copy, tmp_path):
    changes = {
        "hidden_dropout_prob": 0.2,
        "attention_probs_dropout_prob": 0.0,
        "initializer_range": 0.05,
        "layer_norm_eps": 1e-6,
    }
    change_json(copy / "discriminator" / "config.json", **changes)
    model = imported(copy / "discriminator", tmp_path / "model")
    config = json.loads(model.paths("discriminator")[0].read_text())
    assert changes.items() <= config.items()
    assert model.facts["encoders"]["discriminator"]["dropout"] == 0.2


# What can't be converted


def test_no_source_is_told_with_the_parameter():
    with pytest.raises(ConfigError, match=r"source names no checkpoint; .*source=FOLDER,run=NAME"):
        import_checkpoint(ImportConfig(), CONFIG, "nowhere")


@pytest.mark.parametrize("missing", ["", "absent", "absent/model.ckpt-1"])
def test_a_place_without_checkpoint_is_named(tmp_path, missing):
    with pytest.raises(ConfigError, match=r"holds no checkpoint|there is no"):
        imported(tmp_path / missing, tmp_path / "model")


def test_a_tokenizer_that_strips_accents_is_refused_by_name(copy, tmp_path):
    settings = copy / "discriminator" / "tokenizer_config.json"
    change_json(settings, do_lower_case=True, strip_accents=True)
    with pytest.raises(VocabularyError, match=rf"the tokenizer in {settings.parent} strips acc"):
        imported(copy, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_encoders_of_different_tokenizers_are_refused(copy, tmp_path):
    vocabulary = [*VOCABULARY[:-1], "字"]
    (copy / "generator" / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    with pytest.raises(ConfigError, match="have different tokenizers"):
        imported(copy, tmp_path / "model")


def test_the_same_encoder_twice_is_refused(copy, tmp_path):
    shutil.rmtree(copy / "generator")
    shutil.copytree(copy / "discriminator", copy / "generator")
    with pytest.raises(ConfigError, match="hold the same encoder"):
        imported(copy, tmp_path / "model")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("classifier.weight", lambda _: np.zeros((3, 32)), r"no weight of .*: classifier\.weight"),
        (
            "electra.encoder.layer.1.output.dense.bias",
            lambda _: None,
            r"no whole discriminator .*\n  electra/discriminator/layer_1/output/bias: \(32,\) ->",
        ),
        (
            "discriminator_predictions.dense.weight",
            lambda tensor: tensor[:, :-1],
            r"discriminator_head/dense/kernel: \(32, 32\) -> \(31, 32\)",
        ),
        ("electra.embeddings.word_embeddings.weight", lambda _: None, "no whole discriminator"),
        (
            "electra.embeddings.word_embeddings.weight",
            lambda tensor: tensor[:-1],
            "they are not of one model",
        ),
    ],
)
def test_weights_that_are_not_those_of_such_a_model_are_named(
    copy, tmp_path, name, change, message
):
    file = copy / "discriminator" / "model.safetensors"
    tensors = safetensors.numpy.load_file(file)
    tensors[name] = change(tensors.get(name))
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    safetensors.numpy.save_file({n: np.ascontiguousarray(t) for n, t in kept.items()}, file)
    with pytest.raises(ConfigError, match=message):
        imported(copy, tmp_path / "model")


# The original's checkpoints


@pytest.fixture(scope="module")
def original(exported, tmp_path_factory) -> Manifest:
    return export_original(exported, CONFIG, tmp_path_factory.mktemp("original") / "checkpoint")


def test_the_originals_checkpoint_holds_its_names_and_our_values(narrow_run, original):
    assert original.kind == "original"
    assert [shard.name for shard in original.shards["checkpoint"]] == [
        "checkpoint", "hparams.json", "model.ckpt-7.data-00000-of-00001", "model.ckpt-7.index",
        "tokenizer_config.json", "vocab.txt",
    ]  # fmt: skip
    original.verify()
    newest = tf.train.latest_checkpoint(str(original.directory))  # as the original looks for it
    reader = tf.train.load_checkpoint(newest)
    assert reader.get_tensor("global_step") == 7
    saved = np.load(narrow_run.directory / "weights.npz")
    for theirs, ours in (
        ("electra/embeddings/word_embeddings", "electra/embeddings/word_embeddings"),
        (
            "electra/encoder/layer_1/attention/self/query/kernel",
            "electra/discriminator/layer_1/attention/query/kernel",
        ),
        ("generator_predictions/output_bias", "electra/generator_head/bias"),
    ):
        np.testing.assert_array_equal(reader.get_tensor(theirs), saved[ours])
    assert len(reader.get_variable_to_shape_map()) == len(saved.files) + 1


def test_there_and_back_again_not_a_byte_is_lost(exported, original, tmp_path):
    model = imported(original.directory, tmp_path / "model")
    assert model.shards == exported.shards
    assert (model.facts["step"], model.facts["ignored"]) == (7, ["global_step"])
    again = export_original(model, CONFIG, tmp_path / "original")
    assert again.shards == original.shards


def test_the_weights_that_training_goes_on_from_are_those_of_the_run(narrow_run, original):
    saved = np.load(narrow_run.directory / "weights.npz")
    values = load_weights(original.directory).values
    assert sorted(values) == sorted(saved.files)
    for path, value in values.items():
        np.testing.assert_array_equal(value, saved[path], path)


def test_hyperparameters_are_those_that_the_original_takes(narrow_run, original):
    hyperparameters = json.loads((original.directory / "hparams.json").read_text())
    config = load_trained(narrow_run).model.discriminator_config
    overrides = hyperparameters.pop("model_hparam_overrides")
    assert hyperparameters == {
        "model_size": "small",
        "vocab_size": len(VOCABULARY),
        "embedding_size": 12,
        "do_lower_case": False,
    }
    assert (overrides["hidden_size"], overrides["num_attention_heads"]) == (32, 2)
    assert overrides["hidden_dropout_prob"] == config.dropout


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_released_checkpoint_computes_in_transformers_what_it_did(
    narrow_run, original, tmp_path, encoder
):
    """TensorFlow 1 -> ours -> Hugging Face, with heads that no file tells."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    source = shutil.copytree(original.directory, tmp_path / "released")
    (source / "hparams.json").unlink()  # which no release has
    model = imported(source / "model.ckpt-7", tmp_path / "model", num_heads=2)
    name = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}[encoder]
    theirs, information = getattr(transformers, name).from_pretrained(
        model.directory / encoder, output_loading_info=True
    )
    assert not information["missing_keys"]
    ids = np.random.default_rng(5).integers(5, len(VOCABULARY), (3, 24))
    with torch.no_grad():
        expected = theirs.eval()(input_ids=torch.tensor(ids)).logits.numpy()
    trained = load_trained(narrow_run).model
    given = [tf.constant(array, tf.int32) for array in (ids, np.ones_like(ids), np.zeros_like(ids))]
    detects = encoder == "discriminator"
    ours = trained.detect_replaced(*given) if detects else trained.predict_words(*given, None)
    assert np.abs(ours).max() > 0.5
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_heads_that_no_file_tells_are_taken_to_be_of_64_units(original, tmp_path, caplog):
    source = shutil.copytree(original.directory, tmp_path / "released")
    (source / "hparams.json").unlink()
    with caplog.at_level(logging.WARNING):
        model = imported(source, tmp_path / "model")
    assert "does not say how many attention heads" in caplog.text
    assert model.facts["encoders"]["discriminator"]["num_heads"] == 1
    with pytest.raises(ConfigError, match="3 heads do not divide the width of the discriminator"):
        imported(source, tmp_path / "model", num_heads=3)


def test_heads_that_contradict_the_checkpoint_are_refused(exported, tmp_path):
    with pytest.raises(ConfigError, match=r"num_heads=4, but .* says 2; leave it out"):
        imported(exported.directory, tmp_path / "model", num_heads=4)


def test_a_generator_with_embeddings_of_its_own_is_left_out(make_run, tmp_path, caplog):
    run = make_run(NARROW, objective=ObjectiveConfig(generator_embeddings="own"))
    model = export(run, tmp_path / "model")
    with caplog.at_level(logging.WARNING):
        original = export_original(model, CONFIG, tmp_path / "original")
    assert original.facts["encoders"] == ["discriminator"]
    assert "is left out: it has embeddings of its own" in caplog.text
    again = imported(original.directory, tmp_path / "again")
    assert again.shards == {"discriminator": model.shards["discriminator"]}


def test_what_the_original_can_not_compute_is_refused(make_run, exported, copy, tmp_path):
    run = make_run(objective=ObjectiveConfig(task="mlm"))
    with pytest.raises(ConfigError, match="holds no discriminator, which is what google-research"):
        export_original(export(run, tmp_path / "mlm"), CONFIG, tmp_path / "original")
    change_json(copy / "discriminator" / "config.json", layer_norm_eps=1e-5)
    model = imported(copy / "discriminator", tmp_path / "model")
    with pytest.raises(ConfigError, match="layer_norm_epsilon=1e-05, google-research/electra"):
        export_original(model, CONFIG, tmp_path / "original")
    assert not (tmp_path / "original").exists()


def test_shapes_are_those_of_the_model(narrow_run):
    model = load_trained(narrow_run).model
    for encoder in ENCODERS:
        parts = {"embeddings", encoder, f"{encoder}_head"}
        variables = (v for v in model.trainable_variables if v.path.split("/")[1] in parts)
        expected = {variable.path: tuple(variable.shape) for variable in variables}
        assert encoder_shapes(getattr(model, f"{encoder}_config"), encoder) == expected
