import numpy as np
import pytest
import tensorflow as tf

from finetuned_models import TOKENIZER, write_random_model
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.metrics.entities import entities
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.entity_tagger import EntityTagger
from selectra_pipeline.serving.served_model import load_served
from selectra_pipeline.serving.typed_text import InputProblem

LENIENT = VocabularyConfig(require_accents=False)
TEXT = "w1 w2, w3 w4 w5 w6 w7 w8."


@pytest.fixture(scope="module")
def served(finetuned_folder):
    return load_served(finetuned_folder / "world_entities" / "model", LENIENT)


def test_entities_are_those_of_the_models_tags(served):
    ids = np.array([[2, *TOKENIZER.encode(TEXT), 3]], np.int32)
    logits = served.model(Batch(ids, np.ones_like(ids), np.zeros_like(ids)))
    tags = [served.label_names[n] for n in tf.argmax(logits, axis=-1).numpy()[0, 1:-1]]
    words = TEXT.replace(",", " ,").replace(".", " .").split()
    expected = [(e.type, "".join(words[e.start : e.end])) for e in entities(tags)]
    found = EntityTagger(served).tag(TEXT)
    assert expected  # the weights are such that there are some
    assert [(s.type, TEXT[s.start : s.end].replace(" ", "")) for s in found.spans] == expected


def test_types_are_known_by_the_tags(served):
    assert EntityTagger(served).types == ["LOC", "PER"]


@pytest.mark.parametrize(("typed", "name"), [("", "blank"), ("w1 " * 31, "too_long")])
def test_what_cannot_be_tagged_is_a_problem(served, typed, name):
    with pytest.raises(InputProblem) as raised:
        EntityTagger(served).tag(typed)
    assert raised.value.name == name


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (TokenClassification(("NOUN", "VERB")), "is a tagger of NOUN, VERB, not of entity tags"),
        (TokenClassification(("O", "VERB")), "is a tagger of O, VERB, not of entity tags"),
        (Classification(("a", "b")), r"is a classifier of a, b, not .* in demo.tagger"),
    ],
)
def test_a_model_of_other_classes_is_refused(tmp_path, task, message):
    write_random_model(tmp_path / "model", task)
    with pytest.raises(ConfigError, match=message):
        EntityTagger(load_served(tmp_path / "model", LENIENT))
