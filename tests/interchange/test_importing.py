import dataclasses
import shutil

import numpy as np
import pytest
import safetensors.numpy

from finished_runs import NARROW, VOCABULARY
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.importing import load_initial_weights, load_weights
from selectra_pipeline.model.assignment import assign_weights, check_weights
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.initial_weights import own_encoder
from selectra_pipeline.model.trained import load_tokenizer, load_trained
from selectra_pipeline.vocabulary.learning import VocabularyError
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def exported(narrow_run, tmp_path_factory):
    """The folder that the export stage leaves of a run."""
    return export(narrow_run, tmp_path_factory.mktemp("export") / "model").directory


def settings(run, source, **changes) -> PretrainingConfig:
    """The run's own configuration, starting from `source`."""
    config = PretrainingConfig.from_params(run.facts["config"])
    return dataclasses.replace(config, initial_weights=str(source), **changes)


def check_fit(run, weights, **architecture) -> None:
    """Check weights with a model of the run's architecture, some of it changed."""
    model, tokenizer, config = load_trained(run)
    if architecture:
        changed = dataclasses.replace(config.architecture, **architecture)
        model = Electra.create(changed, tokenizer.size, "float32", config.seed)
    check_weights(weights, model)


def test_what_was_exported_is_imported_bit_for_bit(narrow_run, exported):
    saved = np.load(narrow_run.directory / "weights.npz")
    weights = load_weights(exported)
    assert sorted(weights.values) == sorted(saved.files)
    for path, value in weights.values.items():
        np.testing.assert_array_equal(value, saved[path], path)
    assert (weights.unknown, weights.ignored, weights.fresh_encoder) == ((), (), None)


def test_an_export_fits_the_model_of_its_run(narrow_run, exported):
    config = settings(narrow_run, exported)
    check_fit(narrow_run, load_initial_weights(config, load_tokenizer(narrow_run)))


def test_without_a_source_there_are_no_initial_weights(narrow_run):
    config = PretrainingConfig.from_params(narrow_run.facts["config"])
    assert load_initial_weights(config, load_tokenizer(narrow_run)) is None


def test_one_folder_of_the_two_is_one_encoder_and_the_embeddings(exported):
    weights = load_weights(exported / "discriminator")
    assert set(weights.sizes) == {"discriminator"}
    assert {own_encoder(path) for path in weights.values} == {"discriminator", None}


@pytest.mark.parametrize("folder", ["", "discriminator"])
def test_a_fresh_generator_is_not_read(narrow_run, exported, folder):
    config = settings(narrow_run, exported / folder, fresh_encoder="generator")
    weights = load_initial_weights(config, load_tokenizer(narrow_run))
    assert set(weights.sizes) == {"discriminator"}
    assert {own_encoder(path) for path in weights.values} == {"discriminator", None}
    check_fit(narrow_run, weights)


def test_a_run_of_masked_words_goes_on_from_the_export_of_another(make_run, tmp_path):
    run = make_run(NARROW, objective=ObjectiveConfig(task="mlm"))
    folder = export(run, tmp_path / "model").directory
    weights = load_initial_weights(settings(run, folder), load_tokenizer(run))
    saved = np.load(run.directory / "weights.npz")
    assert sorted(weights.values) == sorted(saved.files)
    for path, value in weights.values.items():
        np.testing.assert_array_equal(value, saved[path], path)
    model = load_trained(run).model
    check_weights(weights, model)
    bias = "electra/generator_head/bias"
    weights.values[bias] = weights.values[bias][1:]
    with pytest.raises(ConfigError, match=f"{bias} has shape"):
        check_weights(weights, model)
    del weights.values[bias]
    with pytest.raises(ConfigError, match=f"{bias} is missing"):
        check_weights(weights, model)


@pytest.mark.parametrize("generator", ["tied", "uniform"])
def test_a_word_predictor_becomes_a_discriminator_with_a_random_head(make_run, tmp_path, generator):
    run = make_run(NARROW, objective=ObjectiveConfig(task="mlm"))
    folder = export(run, tmp_path / "model").directory
    config = dataclasses.replace(
        settings(run, folder), objective=ObjectiveConfig(generator=generator), seed=7
    )
    weights = load_initial_weights(config, load_tokenizer(run))
    model = Electra.create(NARROW, len(VOCABULARY), "float32", 7, config.objective)
    fresh = {path: np.array(value) for path, value in model.weights_by_path().items()}
    assign_weights(model, weights)
    saved = np.load(run.directory / "weights.npz")
    for path, value in model.weights_by_path().items():
        expected = fresh if path.startswith("electra/discriminator_head/") else saved
        np.testing.assert_array_equal(value, expected[path], path)
    del weights.values["electra/embeddings/word_embeddings"]
    with pytest.raises(ConfigError, match="word_embeddings is missing"):
        check_weights(weights, model)


def test_a_discriminator_alone_says_that_the_generator_would_be_fresh(narrow_run, exported):
    weights = load_weights(exported / "discriminator")
    with pytest.raises(
        ConfigError, match=r"no generator in the weights; .*fresh_encoder=generator"
    ):
        check_fit(narrow_run, weights)


def test_encoders_of_two_trainings_are_refused(exported, tmp_path):
    shutil.copytree(exported, tmp_path / "mixed")
    file = tmp_path / "mixed" / "generator" / "model.safetensors"
    tensors = safetensors.numpy.load_file(file)
    tensors["electra.embeddings.LayerNorm.bias"] += 1
    safetensors.numpy.save_file(tensors, file)
    with pytest.raises(ConfigError, match=r"differ in electra/embeddings/LayerNorm/beta, which"):
        load_weights(tmp_path / "mixed")
    assert set(load_weights(tmp_path / "mixed", "generator").sizes) == {"discriminator"}


def test_another_architecture_is_refused_with_what_to_set(narrow_run, exported):
    weights = load_weights(exported)
    changes = {"hidden_size": 64, "embedding_size": None, "num_layers": 4}
    with pytest.raises(ConfigError) as caught:
        check_fit(narrow_run, weights, **changes)
    for remedy in ("hidden_size=32", "embedding_size=12", "num_layers=2"):
        assert f"set pretraining.architecture.{remedy}" in str(caught.value)


def test_the_number_of_heads_is_compared_although_no_shape_shows_it(narrow_run, exported):
    with pytest.raises(ConfigError, match=r"num_heads of the discriminator is 4 .*num_heads=2$"):
        check_fit(narrow_run, load_weights(exported), num_heads=4)


def test_another_vocabulary_is_refused_by_its_first_differences(narrow_run, exported):
    entries = list(load_tokenizer(narrow_run).vocabulary)
    entries[7], entries[8] = entries[8], entries[7]
    with pytest.raises(VocabularyError, match=r"7: 'd' here, 'c' there\n  8: 'c' here, 'd' there"):
        load_initial_weights(settings(narrow_run, exported), Tokenizer(entries))


def test_weights_without_a_vocabulary_are_taken_with_a_warning(
    narrow_run, exported, tmp_path, caplog
):
    for encoder in ("discriminator", "generator"):
        shutil.copytree(exported / encoder, tmp_path / encoder)
        (tmp_path / encoder / "vocab.txt").unlink()
    load_initial_weights(settings(narrow_run, tmp_path), load_tokenizer(narrow_run))
    assert f"no vocab.txt beside {tmp_path}" in caplog.text


def test_a_place_without_weights_is_named(tmp_path):
    for source in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ConfigError, match=f"{source} holds no weights to start from"):
            load_weights(source)
