import json

import numpy as np
import pytest
import safetensors.numpy

from finetuned_models import random_model
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.zero_shot import ZeroShotClassifier
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts
from selectra_pipeline.interchange.model_folder import read_model
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.initial_weights import weights_digest

CLASS = "ElectraForSequenceClassification"
WITHOUT_ACCENTS = VocabularyConfig(require_accents=False)
NLI = ("contradiction", "neutral", "entailment")
TEXTS, LABELS = ["w1 w2 w3", "w4", "w5 w6 w7 w8"], ["w13", "w14", "w15"]


@pytest.fixture
def folder(tmp_path):
    model, task = random_model(NLI), Classification(NLI)
    built = TaskModel.restore(model.config, task.head(model.config), model.values)
    write_task_folder(
        tmp_path / "model", model.config, built.trainable_variables, model.tokenizer, CLASS, NLI
    )
    return tmp_path / "model"


def test_what_was_written_is_read_bit_for_bit(folder):
    read, written = read_model(folder, CLASS, WITHOUT_ACCENTS), random_model(NLI)
    assert read.label_names == NLI
    assert sorted(read.values) == sorted(written.values)
    for path, value in read.values.items():
        np.testing.assert_array_equal(value, written.values[path], path)


def test_a_remote_folder_is_read_like_a_local_one(folder, bucket):
    for path in folder.iterdir():
        (bucket / path.name).write_bytes(path.read_bytes())
    read = read_model(str(bucket), CLASS, WITHOUT_ACCENTS)
    assert read.source == str(bucket)
    assert weights_digest(read.values) == weights_digest(random_model(NLI).values)


@pytest.mark.parametrize("several", [False, True])
def test_transformers_gives_the_same_probabilities_by_zero_shot(folder, several):
    transformers = pytest.importorskip("transformers")
    config = ZeroShotConfig(labels=tuple(LABELS), template="w17 {}", several=several)
    classifier = ZeroShotClassifier(read_model(folder, CLASS, WITHOUT_ACCENTS), config)
    ours = classifier.judge(LabelledTexts(TEXTS, None))
    theirs = transformers.pipeline("zero-shot-classification", model=str(folder))
    for text, probabilities in zip(TEXTS, ours.probabilities, strict=True):
        answer = theirs(text, LABELS, hypothesis_template="w17 {}", multi_label=several)
        expected = dict(zip(answer["labels"], answer["scores"], strict=True))
        np.testing.assert_allclose(probabilities, [expected[x] for x in LABELS], atol=1e-4)


def test_a_model_of_another_class_is_refused(folder):
    with pytest.raises(ConfigError, match="ElectraForSequenceClassification"):
        read_model(folder, "ElectraForTokenClassification", WITHOUT_ACCENTS)


def test_no_folder_is_refused_and_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ConfigError, match="make it with kedro run --pipeline evaluate"):
        read_model(tmp_path / "none", CLASS, WITHOUT_ACCENTS)


def test_a_model_that_is_not_whole_is_refused(folder):
    path = folder / "model.safetensors"
    tensors = safetensors.numpy.load_file(path)
    del tensors["electra.encoder.layer.0.output.dense.bias"]
    safetensors.numpy.save_file(tensors, path)
    model = read_model(folder, CLASS, WITHOUT_ACCENTS)
    with pytest.raises(ConfigError, match="layer_0/output/bias"):
        ZeroShotClassifier(model, ZeroShotConfig(labels=tuple(LABELS)))


def test_a_model_whose_sizes_are_not_all_known_is_refused(folder):
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del settings["num_attention_heads"]
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"is not whole: .* say num_heads; copy it anew"):
        read_model(folder, CLASS, WITHOUT_ACCENTS)
