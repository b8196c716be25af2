import json
import logging
import shutil

import numpy as np
import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.pretrained_encoder import _config, load_pretrained
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.vocabulary.learning import VocabularyError

VOCABULARY = VocabularyConfig()


@pytest.fixture
def exported(narrow_run, tmp_path):
    return export(narrow_run, tmp_path / "06_models" / "mine" / "huggingface").directory


def test_an_export_gives_the_discriminator_of_the_run(narrow_run, exported):
    encoder = load_pretrained(exported, VOCABULARY)
    model, tokenizer, _ = load_trained(narrow_run)
    assert encoder.config.to_dict() == {
        **model.discriminator_config.to_dict(),
        "initializer_range": 0.02,  # what no shape says
    }
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


def test_it_is_called_as_its_folder_or_as_it_is_told(exported):
    assert load_pretrained(exported, VOCABULARY).name == "mine"
    assert load_pretrained(exported, VOCABULARY, "SELECTRA").name == "SELECTRA"


def test_random_weights_are_others_of_the_same_shapes(exported):
    encoder = load_pretrained(exported, VOCABULARY)
    fresh = encoder.with_random_weights(1)
    assert fresh.digest != encoder.digest
    assert fresh.parameters == encoder.parameters
    assert fresh.digest == encoder.with_random_weights(1).digest
    assert fresh.digest != encoder.with_random_weights(2).digest


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


def test_a_generator_alone_is_refused(exported):
    shutil.rmtree(exported / "discriminator")
    with pytest.raises(ConfigError, match="holds no"):
        load_pretrained(exported, VOCABULARY)


def test_no_vocabulary_is_refused(exported):
    (exported / "discriminator" / "vocab.txt").unlink()
    with pytest.raises(VocabularyError, match=r"there is no vocab.txt"):
        load_pretrained(exported / "discriminator", VOCABULARY)


def test_heads_that_no_file_states_are_taken_to_be_of_64_units(caplog):
    sizes = {
        "vocab_size": 9, "embedding_size": 128, "hidden_size": 256, "num_layers": 1,
        "intermediate_size": 8, "max_position_embeddings": 8, "type_vocab_size": 2,
    }  # fmt: skip
    with caplog.at_level(logging.WARNING):
        assert _config(sizes).num_heads == 4
    assert "4 of 64 units" in caplog.text
