import gzip

import pytest

from selectra_pipeline.downstream.reading.delimited import read_csv, read_tsv
from selectra_pipeline.downstream.reading.record import TaskDataError


def write(path, content):
    path.write_bytes(content.encode())
    return path


def values(records):
    return [record.values for record in records]


def test_a_quotation_mark_in_a_tsv_file_is_a_character_like_any_other(tmp_path):
    content = 'id\ttext\n1\t"Hola\n2\t"""Explorer"" fue"\n'
    assert values(read_tsv(write(tmp_path / "a.tsv", content))) == [
        {"id": "1", "text": '"Hola'},
        {"id": "2", "text": '"""Explorer"" fue"'},
    ]


def test_csv_values_may_hold_commas_quotes_and_newlines_in_quotes(tmp_path):
    content = 'id,text\r\n1,"Hola, ""tú""\nallí"\r\n2,sí\r\n'
    records = read_csv(write(tmp_path / "a.csv", content))
    assert values(records) == [{"id": "1", "text": 'Hola, "tú"\nallí'}, {"id": "2", "text": "sí"}]
    assert records[1].where == f"{tmp_path / 'a.csv'}, line 4"


@pytest.mark.parametrize(("read", "mark"), [(read_tsv, "\t"), (read_csv, ",")])
def test_byte_order_marks_windows_lines_and_blank_lines_make_no_difference(tmp_path, read, mark):
    content = f"\ufeffid{mark}text\r\n1{mark}sí\r\n\r\n"
    assert values(read(write(tmp_path / "a", content))) == [{"id": "1", "text": "sí"}]


@pytest.mark.parametrize(("read", "mark"), [(read_tsv, "\t"), (read_csv, ",")])
def test_line_separators_of_unicode_end_no_line(tmp_path, read, mark):
    content = f"a{mark}b\nuno\u2028dos{mark}tres\u0085cuatro\n"
    assert values(read(write(tmp_path / "a", content))) == [
        {"a": "uno\u2028dos", "b": "tres\u0085cuatro"}
    ]


def test_a_header_that_the_task_gives_is_no_line_of_the_file(tmp_path):
    path = write(tmp_path / "a.tsv", "1\tsí\n")
    assert values(read_tsv(path, ("id", "text"))) == [{"id": "1", "text": "sí"}]


@pytest.mark.parametrize(("read", "mark"), [(read_tsv, "\t"), (read_csv, ",")])
def test_a_row_of_another_length_is_named(tmp_path, read, mark):
    path = write(tmp_path / "a", f"id{mark}text\n1{mark}sí\n2\n")
    with pytest.raises(
        TaskDataError, match=r"line 3: 1 columns, where the header has 2 \(id, text"
    ):
        read(path)


@pytest.mark.parametrize(("read", "mark"), [(read_tsv, "\t"), (read_csv, ",")])
def test_two_columns_of_one_name_are_refused(tmp_path, read, mark):
    path = write(tmp_path / "a", f"text{mark}text{mark}label\nuno{mark}dos{mark}x\n")
    with pytest.raises(TaskDataError, match="more than one column is named 'text'"):
        read(path)


def test_a_value_may_be_long(tmp_path):
    text = "palabra " * 50_000
    assert values(read_csv(write(tmp_path / "a.csv", f"text\n{text}\n"))) == [{"text": text}]


def test_a_quote_that_is_never_closed_is_an_error_and_not_the_rest_of_the_file(tmp_path):
    path = write(tmp_path / "a.csv", 'id,text\n1,"Hola\n2,sí\n')
    with pytest.raises(TaskDataError, match="set format=tsv"):
        read_csv(path)


def test_a_compressed_file_is_read(tmp_path):
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(gzip.compress(b"id\n1\n"))
    assert values(read_tsv(path)) == [{"id": "1"}]
    path.write_bytes(gzip.compress(b"id\n1\n")[:-9])
    with pytest.raises(TaskDataError, match="fetch the file again"):
        read_tsv(path)


def test_the_real_files_are_read_whole(shared_data):
    pawsx = read_tsv(shared_data / "pawsx" / "es" / "dev_2k.tsv")
    assert len(pawsx) == 2_000
    assert sum("NS" in (r.values["sentence1"], r.values["sentence2"]) for r in pawsx) == 38
    counts = {"xnli.dev.es": 2_490, "esxnli.es": 2_490, "inferes.train": 6_444}
    for name, count in counts.items():
        records = read_tsv(shared_data / "xnli" / f"{name}.tsv")
        assert len(records) == count
        labels = {record.values["gold_label"] for record in records}
        assert labels == {"contradiction", "neutral", "entailment"}
