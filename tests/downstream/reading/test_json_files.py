import json

import pytest

from selectra_pipeline.downstream.reading.json_lines import read_json_lines
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.reading.squad import read_squad

QUESTION = {
    "id": "q1",
    "question": "¿Qué cruzó la frontera?",
    "answers": [{"text": "El camión", "answer_start": 0}],
}


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def squad(*questions):
    paragraph = {"context": "El camión cruzó la frontera.", "qas": list(questions)}
    return json.dumps({"version": "2.0", "data": [{"title": "t", "paragraphs": [paragraph]}]})


def test_an_object_a_line_is_a_record(tmp_path):
    path = write(
        tmp_path / "a.jsonl", '\ufeff{"text": "uno\u2028dos", "label": 1}\r\n\n{"text": ""}'
    )
    first, second = read_json_lines(path)
    assert first.values == {"text": "uno\u2028dos", "label": 1}
    assert second.where == f"{path}, line 3"


@pytest.mark.parametrize("line", ["{", "[1]", "null"])
def test_a_line_that_is_no_object_is_named(tmp_path, line):
    path = write(tmp_path / "a.jsonl", f'{{"text": "a"}}\n{line}\n')
    with pytest.raises(TaskDataError, match="line 2: a JSON object was expected"):
        read_json_lines(path)


def test_a_question_is_a_record(tmp_path):
    (record,) = read_squad(write(tmp_path / "a.json", squad(QUESTION)))
    assert record.values == {
        "id": "q1",
        "question": "¿Qué cruzó la frontera?",
        "context": "El camión cruzó la frontera.",
        "answers": {"text": ["El camión"], "answer_start": [0]},
    }


def test_an_impossible_question_has_no_answer(tmp_path):
    impossible = {"id": "q2", "question": "¿Cuándo?", "is_impossible": True, "answers": []}
    plausible = {**impossible, "answers": QUESTION["answers"]}
    for record in read_squad(write(tmp_path / "a.json", squad(impossible, plausible))):
        assert record.values["answers"] == {"text": [], "answer_start": []}


@pytest.mark.parametrize("content", ["{", "[]", '{"data": [{}]}', squad({"id": "q"})])
def test_another_format_is_told(tmp_path, content):
    with pytest.raises(TaskDataError, match="is not in SQuAD's format"):
        read_squad(write(tmp_path / "a.json", content))
