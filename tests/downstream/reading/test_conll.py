import pytest

from selectra_pipeline.downstream.reading.conll import read_conll
from selectra_pipeline.downstream.reading.record import TaskDataError

MADRID = "Melbourne NP B-LOC\n( Fpa O\n\n- Fg O\n\n\nEl\tDA\tO\nniño NC I-PER\n"
HEADER = ("word", "part", "entity")


def write(folder, content):
    path = folder / "esp.train"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def values(path, header=()):
    return [record.values for record in read_conll(path, header)]


def error_of(path, header=()):
    with pytest.raises(TaskDataError) as caught:
        read_conll(path, header)
    return str(caught.value)


def test_words_are_in_the_first_column_and_tags_in_the_last(tmp_path):
    assert values(write(tmp_path, MADRID)) == [
        {"text": ["Melbourne", "("], "label": ["B-LOC", "O"]},
        {"text": ["-"], "label": ["O"]},
        {"text": ["El", "niño"], "label": ["O", "I-PER"]},
    ]


def test_a_header_names_all_columns(tmp_path):
    first = values(write(tmp_path, MADRID), HEADER)[0]
    assert first == {"word": ["Melbourne", "("], "part": ["NP", "Fpa"], "entity": ["B-LOC", "O"]}
    assert (
        "esp.train, line 1: 3 columns ('Melbourne NP B-LOC'), where the task's header names 2"
        in (error_of(write(tmp_path, MADRID), HEADER[:2]))
    )


def test_byte_order_marks_windows_lines_and_a_missing_last_newline_make_no_difference(tmp_path):
    expected = values(write(tmp_path, MADRID))
    windows = ("\ufeff" + MADRID.rstrip("\n")).replace("\n", "\r\n")
    assert values(write(tmp_path, windows)) == expected


def test_a_file_on_a_remote_storage_is_read(bucket, tmp_path):
    path = bucket / "esp.train"
    path.write_text(MADRID, encoding="utf-8")
    assert values(path) == values(write(tmp_path, MADRID))


def test_only_spaces_and_tabs_separate_columns(tmp_path):
    (sentence,) = values(write(tmp_path, "10\u00a0000 B-MISC\n\u2028 O\n"))
    assert sentence["text"] == ["10\u00a0000", "\u2028"]


def test_starts_of_documents_are_no_words(tmp_path):
    content = "-DOCSTART- -X- O\n\nLima B-LOC\n"
    assert values(write(tmp_path, content)) == [{"text": ["Lima"], "label": ["B-LOC"]}]


def test_latin_1_is_refused_with_the_command_that_converts_it(tmp_path):
    message = error_of(write(tmp_path, "niño B-PER\n".encode("latin-1")))
    assert "not UTF-8 (byte 2)" in message
    assert "iconv -f latin1 -t utf8 esp.train" in message


def test_a_line_without_a_tag_is_named(tmp_path):
    message = error_of(write(tmp_path, "a B-LOC\n\nsola\n"))
    assert "esp.train, line 3: 1 columns ('sola'), where a word needs" in message


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none"
    assert error_of(path) == f"{path} is no file; correct the path in the parameters"


def test_the_real_files_are_read_whole(shared_data):
    counts = {}
    for name in ("esp.train", "esp.testa"):
        records = read_conll(shared_data / "conll2002" / name, HEADER)
        tags = [tag for record in records for tag in record.values["entity"]]
        counts[name] = (len(records), len(tags), sum(tag.startswith("B-") for tag in tags))
    assert counts == {"esp.train": (8_323, 264_715, 18_797), "esp.testa": (1_915, 52_923, 4_351)}
