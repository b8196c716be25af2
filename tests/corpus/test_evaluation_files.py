import gzip
import json

import pytest

from selectra_pipeline.corpus.evaluation_files import (
    EvaluationFileError,
    evaluation_digest,
    read_sentences,
)

FIELDS = ("premise", "hypothesis", "sentence1", "sentence2", "tokens")


def read(folder, name, content, fields=FIELDS):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [tuple(sentence) for sentence in read_sentences(str(path), fields)]


def error_of(folder, name, content):
    with pytest.raises(EvaluationFileError) as caught:
        read(folder, name, content)
    return str(caught.value)


def test_the_text_columns_of_a_tsv_are_read_and_quotation_marks_are_text(tmp_path):
    content = 'id\tsentence1\tsentence2\tlabel\r\n7\t"Uno\t"""Dos"" y tres"\t1\r\n\r\n'
    assert read(tmp_path, "a.tsv", content) == [(2, '"Uno'), (2, '"""Dos"" y tres"')]


def test_the_text_fields_of_json_lines_are_read_and_words_are_joined(tmp_path):
    records = [{"premise": "Uno\u2028dos", "label": 1}, {"tokens": ["Tres", ","], "ner_tags": [0]}]
    content = "\n\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    assert read(tmp_path, "a.jsonl", content) == [(1, "Uno dos"), (3, "Tres ,")]


def test_conll_is_told_by_its_tags_and_read_by_sentences(tmp_path):
    content = "-DOCSTART- -X- O\n\nSao NC B-LOC\nPaulo VMI I-LOC\n\n\n( Fpa O\n"
    expected = [(1, "-DOCSTART-"), (3, "Sao Paulo"), (7, "(")]
    assert read(tmp_path, "esp.testb", content) == expected


def test_numbered_words_are_in_the_second_column_and_comments_are_no_words(tmp_path):
    germeval = (
        "#\thttp://de.wikipedia.org/wiki/X\n1\tAufgrund\tO\tO\n2\tX\tB-LOC\tO\n\n1\tUnd\tO\tO\n"
    )
    assert read(tmp_path, "NER-de-test.tsv", germeval) == [(2, "Aufgrund X"), (5, "Und")]


def test_a_word_that_stands_for_two_is_read_once(tmp_path):
    words = ["1\tSale\tsalir", "2-3\tdel\t_", "2\tde\tde", "3\tel\tel", "3.1\t_\t_", "4\t#\t#"]
    conllu = (
        "# text = Sale del #\n" + "".join(f"{word}\tX\t_\n" for word in words) + "\n1\tFin\tX\t_\n"
    )
    assert read(tmp_path, "es-test.conllu", conllu) == [(2, "Sale del #"), (9, "Fin")]


@pytest.mark.parametrize("numbers", ["101", "123", "111"])
def test_a_table_whose_first_column_is_a_number_is_no_list_of_words(tmp_path, numbers):
    rows = [f"{number}\ttexto {place}\tx" for place, number in enumerate(numbers)]
    assert "no column is one of" in error_of(tmp_path, "a.tsv", "\n".join(rows) + "\n")
    assert len(read(tmp_path, "a.txt", "\n".join(rows) + "\n")) == 3


def test_other_text_is_a_sentence_a_line(tmp_path):
    assert read(tmp_path, "a.txt", "Uno  dos.\n\nNo es CoNLL O\n") == [
        (1, "Uno dos."),
        (3, "No es CoNLL O"),
    ]


def test_compressed_files_and_byte_order_marks_are_read(tmp_path):
    content = gzip.compress(b"\xef\xbb\xbfpremise\nuno\n")
    assert read(tmp_path, "a.tsv.gz", content) == [(2, "uno")]


def test_errors_say_how_to_mend_the_file(tmp_path):
    message = error_of(tmp_path, "a.tsv", "texto\tlabel\nuno\t1\n")
    assert "no column is one of decontamination.text_fields" in message
    assert "there are: texto, label" in message
    assert "line 2: 1 columns, but the header names 2" in error_of(
        tmp_path, "a.tsv", "premise\thypothesis\nuno\n"
    )
    assert "line 1: no field" in error_of(tmp_path, "a.jsonl", '{"texto": "uno"}')
    assert "line 2: no JSON" in error_of(tmp_path, "a.jsonl", '{"premise": "uno"}\n{')
    assert "JSON object was expected" in error_of(tmp_path, "a.json", '["uno"]')
    assert "'tokens' is neither a text" in error_of(tmp_path, "a.jsonl", '{"tokens": [1]}')
    assert "iconv -f latin1" in error_of(tmp_path, "esp.train", "Año NC O".encode("latin-1"))
    assert "convert it to TSV" in error_of(tmp_path, "a.parquet", b"")
    assert "correct decontamination.files" in error_of(tmp_path, "a.tsv.gz", b"no gzip")
    with pytest.raises(EvaluationFileError, match="correct decontamination"):
        list(read_sentences(str(tmp_path / "none.tsv"), FIELDS))


def test_the_digest_follows_the_content_of_every_file(tmp_path):
    paths = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    for path in paths:
        with open(path, "w", encoding="utf-8") as file:
            file.write("uno")
    before = evaluation_digest(paths)
    assert evaluation_digest(paths) == before
    (tmp_path / "b.txt").write_text("dos", encoding="utf-8")
    assert evaluation_digest(paths) != before
