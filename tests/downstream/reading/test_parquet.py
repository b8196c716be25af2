import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import datasets
from selectra_pipeline.downstream.reading.parquet import read_parquet
from selectra_pipeline.downstream.reading.record import TaskDataError


def test_class_numbers_get_the_names_that_the_hub_knows(tmp_path):
    tags = datasets.ClassLabel(names=["O", "B-LOC"])
    features = datasets.Features(
        {
            "tokens": datasets.List(datasets.Value("string")),
            "tags": datasets.List(tags),
            "label": datasets.ClassLabel(names=["no", "sí"]),
        }
    )
    rows = {"tokens": [["En", "Lima"], ["Sí"]], "tags": [[0, 1], [0]], "label": [1, -1]}
    datasets.Dataset.from_dict(rows, features).to_parquet(tmp_path / "a.parquet")
    assert [record.values for record in read_parquet(tmp_path / "a.parquet")] == [
        {"tokens": ["En", "Lima"], "tags": ["O", "B-LOC"], "label": "sí"},
        {"tokens": ["Sí"], "tags": ["O"], "label": -1},
    ]


def test_files_of_other_libraries_are_read_as_they_are(tmp_path):
    answers = {"text": ["Lima"], "answer_start": [3]}
    table = pa.table({"label": [1, 0], "answers": [answers, answers]})
    pq.write_table(table, tmp_path / "a.parquet")
    first, _ = read_parquet(tmp_path / "a.parquet")
    assert first == (f"{tmp_path / 'a.parquet'}, row 1", {"label": 1, "answers": answers})


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(TaskDataError, match="not readable as Parquet"):
        read_parquet(tmp_path / "a.parquet")
    with pytest.raises(TaskDataError, match="is no file"):
        read_parquet(tmp_path / "b.parquet")
