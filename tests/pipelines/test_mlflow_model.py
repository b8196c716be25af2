import importlib.metadata
import json

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.scoring_server import init as serve

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.pipelines.serving.mlflow_model import log_model
from selectra_pipeline.serving.saved_model import export_saved_model
from selectra_pipeline.serving.served_model import load_served
from served_models import CLASSES, write_task_model

TEXTS = ["El camio\u0301n 😀 cruzó la frontera.", "", "¿Sólo la niña?"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A tracking store of its own."""
    folder = tmp_path_factory.mktemp("mlflow")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment("serving", artifact_location=str(folder / "artifacts"))
    yield folder
    mlflow.set_tracking_uri(before)


def logged(store, task, **changes):
    """Where MLflow has a tiny model of the task, as `log_model` says."""
    config = ServingConfig(max_batch=2, **changes)
    model = load_served(write_task_model(store / task, task), VocabularyConfig())
    saved_model = export_saved_model(model, config, store / f"{task}_saved_model")
    mlflow.set_experiment("serving")
    with mlflow.start_run():
        return log_model(saved_model, config)


@pytest.fixture(scope="module")
def classifier_uri(store):
    return logged(store, "classifier", registered_name="genres")


@pytest.fixture(scope="module")
def classifier(classifier_uri):
    return mlflow.pyfunc.load_model(classifier_uri["model_uri"])


@pytest.fixture(scope="module")
def tagger(store):
    return mlflow.pyfunc.load_model(logged(store, "entities")["model_uri"])


def refusal(model, *arguments, **named):
    with pytest.raises(MlflowException) as caught:
        model.predict(*arguments, **named)
    assert caught.value.get_http_status_code() == 400
    return str(caught.value)


def test_every_text_has_a_record_whatever_a_batch_takes(classifier):
    records = classifier.predict(pd.DataFrame({"text": TEXTS}))
    assert len(records) == 3  # a batch takes two
    for record in records:
        assert list(record) == ["label", "probabilities"]
        assert list(record["probabilities"]) == list(CLASSES)
        assert record["label"] == max(record["probabilities"], key=record["probabilities"].get)
    alone = classifier.predict(pd.DataFrame({"text": TEXTS[2:]}))[0]["probabilities"]
    assert records[2]["probabilities"] == pytest.approx(alone, abs=1e-5)


def test_a_second_column_makes_pairs(classifier):
    pairs = classifier.predict(pd.DataFrame({"text": TEXTS, "second_text": TEXTS[::-1]}))
    texts = classifier.predict(pd.DataFrame({"text": TEXTS}))
    assert pairs[0]["probabilities"] != pytest.approx(texts[0]["probabilities"], abs=1e-3)


def test_entities_are_lists_of_their_own_length(tagger):
    texts = [*TEXTS, "El año la niña ano", "ano solo frontera El"]
    records = tagger.predict(pd.DataFrame({"text": texts}))
    found = [(text, e) for text, r in zip(texts, records, strict=True) for e in r["entities"]]
    assert records[1] == {"entities": []}
    assert found
    for text, entity in found:
        assert list(entity) == ["type", "text", "score", "begin", "end"]
        assert text[entity["begin"] : entity["end"]] == entity["text"]


def test_other_signatures_are_a_parameter(tagger):
    table = pd.DataFrame({"text": TEXTS})
    words = tagger.predict(table, params={"signature": "words"})[2]["words"]
    assert [word["text"] for word in words] == ["¿", "Sólo", "la", "niña", "?"]
    embeddings = tagger.predict(table, params={"signature": "embeddings"})
    assert [len(record["mean"]) for record in embeddings] == [16, 16, 16]
    message = refusal(tagger, table, params={"signature": "entitites"})
    assert "there is no signature 'entitites'; choose from embeddings, entities" in message


def test_wrong_input_is_refused_with_its_row(classifier, tagger):
    long = pd.DataFrame({"text": ["a", "a", "a", "a " * 63]})
    assert "from row 2 on: text 1 has 65 word pieces" in refusal(classifier, long)
    missing = pd.DataFrame({"text": ["a", None]})
    assert "row 1 of text is nan, not a text" in refusal(classifier, missing)
    assert "text" in refusal(classifier, pd.DataFrame({"texto": ["a"]}))
    pair = pd.DataFrame({"text": ["a"], "second_text": ["b"]})
    embeddings = {"signature": "embeddings"}
    assert "takes text, but no second_text" in refusal(classifier, pair, params=embeddings)


def test_the_server_answers_json(tagger, classifier):
    from fastapi.testclient import TestClient

    def post(model, content):
        return TestClient(serve(model)).post("/invocations", json=content)

    records = [{"text": text} for text in TEXTS]
    answer = post(tagger, {"dataframe_records": records, "params": {"signature": "words"}})
    assert answer.status_code == 200, answer.text
    words = answer.json()["predictions"][0]["words"]
    assert [word["text"] for word in words][:3] == ["El", "camio\u0301n", "😀"]
    refused = post(classifier, {"dataframe_records": [{"text": "a " * 63}]})
    assert refused.status_code == 400
    assert "text 0 has 65 word pieces" in refused.json()["message"]


def test_the_model_says_what_it_needs_and_holds_no_pickle(classifier_uri):
    folder = mlflow.artifacts.download_artifacts(classifier_uri["model_uri"])
    from pathlib import Path

    names = {path.name for path in Path(folder).rglob("*")}
    assert {"mlflow_script.py", "saved_model.pb", "input_example.json"} <= names
    assert not any(name.endswith((".pkl", ".pickle")) for name in names)
    needed = Path(folder, "requirements.txt").read_text().split()
    for name in ("tensorflow", "tensorflow-text", "mlflow", "numpy", "pandas"):
        assert f"{name}=={importlib.metadata.version(name)}" in needed
    example = json.loads(Path(folder, "input_example.json").read_text())
    assert example["data"][0] == ["¿Cuándo llegó Inés García a León?"]


def test_it_is_registered_under_the_name_that_was_given(classifier_uri, store):
    assert classifier_uri["registered_version"] == 1
    registered = mlflow.pyfunc.load_model("models:/genres/1")
    assert len(registered.predict(pd.DataFrame({"text": TEXTS}))) == 3
