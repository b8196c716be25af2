import json
import shutil

import numpy as np
import pytest

from finetuned_models import random_model
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.served_model import load_served

LENIENT = VocabularyConfig(require_accents=False)
CLASSES = ("uno", "dos", "tres")


def write_classifier(folder, names, problem_type="single_label_classification"):
    model = random_model(names)
    built = TaskModel.restore(model.config, Classification(names).head(model.config), model.values)
    write_task_folder(
        folder, model.config, built.trainable_variables, model.tokenizer,
        "ElectraForSequenceClassification",
        () if problem_type == "regression" else names, problem_type,
    )  # fmt: skip
    return built


BATCH = Batch(
    np.array([[2, 6, 7, 3, 0, 0]], np.int32),
    np.array([[1, 1, 1, 1, 0, 0]], np.int32),
    np.zeros((1, 6), np.int32),
)


def test_a_discriminator_is_that_of_the_run(wide_run, tmp_path):
    export(wide_run, tmp_path / "model")
    trained = load_trained(wide_run).model
    for source in (tmp_path / "model", tmp_path / "model" / "discriminator"):
        served = load_served(source, VocabularyConfig())
        assert (served.kind, served.label_names) == ("discriminator", ())
        expected = trained.detect_replaced(*BATCH)
        np.testing.assert_allclose(served.model(BATCH), expected, rtol=1e-6, atol=1e-6)


def test_a_classifier_has_its_classes(tmp_path):
    built = write_classifier(tmp_path / "model", CLASSES)
    served = load_served(tmp_path / "model", LENIENT)
    assert (served.kind, served.label_names) == ("classifier", CLASSES)
    np.testing.assert_array_equal(served.model(BATCH), built(BATCH))


def test_a_value_has_no_class(tmp_path):
    write_classifier(tmp_path / "model", ("value",), "regression")
    served = load_served(tmp_path / "model", LENIENT)
    assert (served.kind, served.label_names) == ("classifier", ())
    assert served.model(BATCH).shape == (1, 1)


def test_classes_without_names_are_refused(tmp_path):
    write_classifier(tmp_path / "model", CLASSES)
    path = tmp_path / "model" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id2label": {"0": "uno"}}))
    with pytest.raises(ConfigError, match=r"3 outputs, but config.json names 1 classes"):
        load_served(tmp_path / "model", LENIENT)


def test_a_model_that_is_not_served_is_named(wide_run, tmp_path):
    export(wide_run, tmp_path / "model")
    with pytest.raises(ConfigError, match="ElectraForMaskedLM; only ElectraForPreTraining"):
        load_served(tmp_path / "model" / "generator", VocabularyConfig())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no folder .*none"):
        load_served(tmp_path / "none", VocabularyConfig())


def test_an_export_without_discriminator_is_told(wide_run, tmp_path):
    export(wide_run, tmp_path / "model")
    shutil.rmtree(tmp_path / "model" / "discriminator")
    with pytest.raises(ConfigError, match=r"holds no discriminator: a run with .*task=mlm"):
        load_served(tmp_path / "model", VocabularyConfig())
