import dataclasses
import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from finished_runs import NARROW
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.heads import TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.original_folder import export_original
from selectra_pipeline.interchange.pretrained_encoder import load_pretrained
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.vocabulary.learning import VocabularyError

VOCABULARY = VocabularyConfig()


@pytest.fixture
def exported(narrow_run, tmp_path):
    return export(narrow_run, tmp_path / "06_models" / "mine" / "huggingface").directory


def test_an_export_gives_the_discriminator_of_the_run(narrow_run, exported):
    encoder = load_pretrained(exported, VOCABULARY)
    model, tokenizer, _ = load_trained(narrow_run)
    assert encoder.config == model.discriminator_config
    assert encoder.tokenizer.digest == tokenizer.digest
    layers = (model.embeddings, model.discriminator)
    variables = {v.path: v for layer in layers for v in layer.trainable_variables}
    assert sorted(encoder.values) == sorted(variables)
    for path, value in encoder.values.items():
        np.testing.assert_array_equal(value, variables[path].numpy(), path)


def test_the_folder_of_the_discriminator_alone_is_the_same_encoder(exported):
    whole = load_pretrained(exported, VOCABULARY)
    alone = load_pretrained(exported / "discriminator", VOCABULARY)
    assert whole.digest == alone.digest


def test_a_remote_export_is_read_like_a_local_one(exported, bucket):
    remote = bucket / "06_models" / "theirs" / "huggingface"
    for path in filter(Path.is_file, exported.rglob("*")):
        target = remote / path.relative_to(exported)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    encoder = load_pretrained(str(remote), VOCABULARY)
    assert encoder.digest == load_pretrained(exported, VOCABULARY).digest
    assert encoder.name == "theirs"
    with pytest.raises(ConfigError, match="there is no folder ram://"):
        load_pretrained(str(bucket / "nowhere"), VOCABULARY)


def test_it_is_called_as_its_folder_or_as_it_is_told(exported):
    assert load_pretrained(exported, VOCABULARY).name == "mine"
    assert load_pretrained(exported, VOCABULARY, "SELECTRA").name == "SELECTRA"


def test_random_weights_are_others_of_the_same_shapes(exported):
    encoder = load_pretrained(exported, VOCABULARY)
    fresh = encoder.with_random_weights(1)
    assert fresh.digest != encoder.digest
    assert fresh.parameters == encoder.parameters
    assert fresh.digest == encoder.with_random_weights(1).digest
    assert fresh.digest == encoder.with_random_weights(2).digest  # trials draw their own


def test_a_tokenizer_that_strips_accents_is_refused_by_name(exported):
    path = exported / "discriminator" / "tokenizer_config.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps({**settings, "do_lower_case": True, "strip_accents": True}))
    with pytest.raises(VocabularyError, match=rf"the tokenizer in {path.parent} strips accents"):
        load_pretrained(exported, VOCABULARY)


def test_a_vocabulary_of_another_size_is_refused(exported):
    path = exported / "discriminator" / "vocab.txt"
    path.write_text(path.read_text(encoding="utf-8") + "otro\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"its vocabulary has .* entries: they are not of one"):
        load_pretrained(exported, VOCABULARY)


def test_a_run_that_only_predicts_words_gives_its_encoder(make_run, tmp_path, caplog):
    run = make_run(NARROW, objective=ObjectiveConfig(task="mlm"))
    exported = export(run, tmp_path / "mlm" / "huggingface").directory
    with caplog.at_level(logging.INFO):
        encoder = load_pretrained(exported, VOCABULARY)
    assert f"{exported} holds no discriminator: the encoder of its generator" in caplog.text
    assert encoder.name == "mlm"
    model, tokenizer, _ = load_trained(run)
    assert encoder.config == model.discriminator_config
    assert encoder.tokenizer.digest == tokenizer.digest
    layers = (model.embeddings, model.discriminator)
    variables = {v.path: v for layer in layers for v in layer.trainable_variables}
    assert sorted(encoder.values) == sorted(variables)
    for path, value in encoder.values.items():
        np.testing.assert_array_equal(value, variables[path].numpy(), path)
    alone = load_pretrained(exported / "generator", VOCABULARY)
    assert alone.digest == encoder.digest
    fresh = encoder.with_random_weights(1)
    assert sorted(fresh.values) == sorted(encoder.values)


def test_heads_are_those_that_hparams_json_beside_an_original_checkpoint_says(make_run, tmp_path):
    """Of the width alone, two would be taken."""
    run = make_run(dataclasses.replace(NARROW, hidden_size=128, num_heads=8))
    export_original(export(run, tmp_path / "export"), VOCABULARY, tmp_path / "original")
    encoder = load_pretrained(tmp_path / "original", VOCABULARY)
    assert encoder.config == load_pretrained(tmp_path / "export", VOCABULARY).config
    assert encoder.config.num_heads == 8


def test_the_discriminator_is_taken_where_there_are_both(exported):
    both = load_pretrained(exported, VOCABULARY)
    assert both.digest == load_pretrained(exported / "discriminator", VOCABULARY).digest
    assert both.digest != load_pretrained(exported / "generator", VOCABULARY).digest


def test_a_small_generator_alone_computes_the_states_that_transformers_does(exported):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    shutil.rmtree(exported / "discriminator")
    encoder = load_pretrained(exported, VOCABULARY)
    head = TokenClassificationHead(encoder.config, 3, dtype="float32", name="head")
    model = TaskModel.create(encoder.config, head, encoder.values, seed=1)
    ids = np.array([[5, 9, 30, 12, 0, 0], [7, 8, 50, 6, 41, 11]])
    mask = np.array([[1, 1, 1, 1, 0, 0], [1] * 6])
    ours = model.states(Batch(*(tf.constant(x, tf.int32) for x in (ids, mask, np.zeros_like(ids)))))
    theirs = transformers.ElectraForTokenClassification.from_pretrained(exported / "generator")
    with torch.no_grad():
        expected = theirs.electra(torch.tensor(ids), attention_mask=torch.tensor(mask))
    real = mask.astype(bool)
    states = expected.last_hidden_state.numpy()
    np.testing.assert_allclose(ours.numpy()[real], states[real], atol=1e-4)


def test_a_folder_without_encoder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="holds no"):
        load_pretrained(tmp_path, VOCABULARY)


def test_no_vocabulary_is_refused(exported):
    (exported / "discriminator" / "vocab.txt").unlink()
    with pytest.raises(VocabularyError, match=r"there is no vocab.txt"):
        load_pretrained(exported / "discriminator", VOCABULARY)
