import dataclasses
import json

import numpy as np
import pytest
import tokenizers

from random_served import ENCODER, TOKENIZER, random_served
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.shards.manifest import Manifest

onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from selectra_pipeline.serving import onnx_folder  # noqa: E402
from selectra_pipeline.serving.onnx_check import OnnxMismatchError  # noqa: E402
from selectra_pipeline.serving.onnx_folder import export_onnx  # noqa: E402

FORMS = {"onnx": "model.onnx", "onnx_int8": "model_int8.onnx"}
CONFIG = ServingConfig(formats=("onnx",))


@pytest.mark.parametrize("form", FORMS)
def test_the_folder_alone_gives_the_model_s_logits_of_a_text(form, tmp_path):
    served = random_served("tagger")
    export_onnx(served, CONFIG, tmp_path / "model", form)
    tokenizer = tokenizers.Tokenizer.from_file(str(tmp_path / "model" / "tokenizer.json"))
    session = onnxruntime.InferenceSession(tmp_path / "model" / FORMS[form])
    encoding = tokenizer.encode("Llovía en Luarca")
    pieces = [TOKENIZER.cls_id, *TOKENIZER.encode("Llovía en Luarca"), TOKENIZER.sep_id]
    assert encoding.ids == pieces
    columns = (encoding.ids, encoding.attention_mask, encoding.type_ids)
    names = ("input_ids", "attention_mask", "token_type_ids")
    [logits] = session.run(None, {n: np.array([x]) for n, x in zip(names, columns, strict=True)})
    expected = served.model(Batch(*(np.array([x], np.int32) for x in columns))).numpy()
    allowed = 1e-4 if form == "onnx" else 0.25 * np.abs(expected).max()
    np.testing.assert_allclose(logits, expected, atol=allowed)


def test_the_configuration_is_that_of_the_hugging_face_class(tmp_path):
    for kind, hugging_face_class, labels in (
        ("discriminator", "ElectraForPreTraining", {}),
        ("classifier", "ElectraForSequenceClassification", ["cielo", "tierra", "agua"]),
        ("tagger", "ElectraForTokenClassification", ["O", "B-LUGAR", "I-LUGAR"]),
    ):
        export_onnx(random_served(kind), CONFIG, tmp_path / kind, "onnx")
        config = json.loads((tmp_path / kind / "config.json").read_text(encoding="utf-8"))
        assert config["architectures"] == [hugging_face_class]
        assert list(config.get("id2label", {}).values()) == list(labels)


def test_a_regression_model_says_so(tmp_path):
    export_onnx(random_served("classifier", labels=()), CONFIG, tmp_path / "model", "onnx")
    config = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))
    assert (config["problem_type"], config["id2label"]) == ("regression", {"0": "value"})


def test_the_longest_input_is_what_is_configured(tmp_path):
    config = ServingConfig(formats=("onnx",), max_length=9)
    manifest = export_onnx(random_served("tagger"), config, tmp_path / "model", "onnx")
    model = onnx.load(tmp_path / "model" / "model.onnx")
    settings = json.loads((tmp_path / "model" / "tokenizer_config.json").read_text())
    in_file = {prop.key: prop.value for prop in model.metadata_props}["max_length"]
    assert (manifest.facts["max_length"], settings["model_max_length"], in_file) == (9, 9, "9")


def test_an_input_longer_than_the_model_reads_is_refused(tmp_path):
    config = ServingConfig(formats=("onnx",), max_length=21)
    with pytest.raises(ConfigError, match="reads 20 word pieces at most"):
        export_onnx(random_served("tagger"), config, tmp_path / "model", "onnx")


def test_8_bits_take_less_than_a_third_of_the_place(tmp_path):
    # Wide enough that weights outweigh the names of the nodes.
    wide = dataclasses.replace(
        ENCODER, embedding_size=96, hidden_size=96, intermediate_size=384, num_layers=1
    )
    for form in FORMS:
        export_onnx(random_served("tagger", wide), CONFIG, tmp_path / form, form)
    whole, small = ((tmp_path / form / name).stat().st_size for form, name in FORMS.items())
    assert small < whole / 3


def test_an_export_that_is_up_to_date_is_left_and_another_model_replaces_it(tmp_path, monkeypatch):
    served = random_served("tagger")
    first = export_onnx(served, CONFIG, tmp_path / "model", "onnx")
    calls = []
    make = onnx_folder.onnx_model
    monkeypatch.setattr(onnx_folder, "onnx_model", lambda *args: calls.append(args) or make(*args))
    assert export_onnx(served, CONFIG, tmp_path / "model", "onnx") == first
    assert not calls
    bias = served.model.head.classifier.bias
    bias.assign(bias + 1.0)
    second = export_onnx(served, CONFIG, tmp_path / "model", "onnx")
    assert len(calls) == 1
    assert second.content_digest != first.content_digest


def test_a_model_that_says_something_else_is_not_written(tmp_path, monkeypatch):
    other = random_served("tagger")
    bias = other.model.head.classifier.bias
    bias.assign(bias + 0.01)
    wrong = onnx_folder.onnx_model(other, 20)
    monkeypatch.setattr(onnx_folder, "onnx_model", lambda *_: wrong)
    with pytest.raises(OnnxMismatchError, match="nothing was written"):
        export_onnx(random_served("tagger"), CONFIG, tmp_path / "model", "onnx")
    assert not (tmp_path / "model").exists()


def test_other_files_are_not_overwritten(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="would be lost"):
        export_onnx(random_served("tagger"), CONFIG, tmp_path / "model", "onnx")


def test_a_remote_folder_holds_what_a_local_one_holds(tmp_path, bucket):
    served = random_served("classifier")
    local = export_onnx(served, CONFIG, tmp_path / "model", "onnx")
    remote = export_onnx(served, CONFIG, bucket / "model", "onnx")
    assert remote.content_digest == local.content_digest
    Manifest.load(bucket / "model").verify()
