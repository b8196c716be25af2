import gzip
import json

import pytest

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.downstream.zero_shot_texts import read_texts

TEXTS = ["El niño, «solo», canta.", "Llueve."]


def config(**params) -> ZeroShotConfig:
    return ZeroShotConfig(labels=("sí", "no"), **params)


def error_of(**params) -> str:
    with pytest.raises(UserError) as caught:
        read_texts(config(**params))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "opiniones.tsv"
    rows = ["texto\tclase", *(f"{text}\tsí" for text in TEXTS)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def test_without_a_file_the_texts_are_the_configurations():
    assert read_texts(config(texts=tuple(TEXTS))) == (tuple(TEXTS), None)


@pytest.mark.parametrize("name", ["textos.txt", "textos.txt.gz"])
def test_a_plain_file_holds_a_text_a_line(tmp_path, name):
    path = tmp_path / name
    content = "\n\n".join(TEXTS).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert read_texts(config(file=str(path))) == (TEXTS, None)


def test_a_table_has_a_column_of_texts_and_perhaps_one_of_labels(table):
    assert read_texts(config(file=table, column="texto")) == (TEXTS, None)
    labelled = read_texts(config(file=table, column="texto", label_column="clase"))
    assert labelled == (TEXTS, ["sí", "sí"])


def test_json_lines_are_a_table_too(tmp_path):
    path = tmp_path / "textos.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}) for text in TEXTS), encoding="utf-8")
    assert read_texts(config(file=str(path))).texts == TEXTS


def test_no_text_at_all_is_refused(tmp_path):
    path = tmp_path / "nada.txt"
    path.write_text("\n \n", encoding="utf-8")
    assert error_of(file=str(path)).startswith(f"{path} holds no text; name a file")
    assert error_of(texts=()).startswith("zeroshot.texts holds no text")


def test_a_missing_file_or_column_is_named(table, tmp_path):
    assert str(tmp_path / "no.txt") in error_of(file=str(tmp_path / "no.txt"))
    assert "no column 'text'; did you mean 'texto'?" in error_of(file=table)


def test_labels_that_are_no_candidates_are_named(tmp_path):
    path = tmp_path / "otras.csv"
    path.write_text("text,label\nUno,sí\nDos,quizás\n", encoding="utf-8")
    message = error_of(file=str(path), label_column="label")
    assert "labels that zeroshot.labels does not name: 'quizás'" in message


def test_labels_are_not_expected_where_there_are_no_columns():
    message = error_of(texts=tuple(TEXTS), label_column="label")
    assert "zeroshot.label_column=label, but zeroshot.texts has no columns" in message
