from pathlib import Path

import pytest

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.reading.files import file_format
from selectra_pipeline.downstream.reading.record import TaskDataError


def found(name, task_type="classification", **settings):
    config = TaskConfig(type=task_type, train=("a",), test=("b",), **settings)
    return file_format(Path(name), config)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.es.tsv", "tsv"),
        ("a.jsonl.gz", "jsonl"),
        ("a.conll.zst", "conll"),
        ("dev-v2.0.json", "squad"),
        ("0000.parquet", "parquet"),
    ],
)
def test_the_suffix_tells_the_format(name, expected):
    assert found(name) == expected


def test_words_with_tags_are_in_columns_where_the_suffix_says_nothing():
    assert found("esp.train", "token_classification") == "conll"
    assert found("esp.jsonl", "token_classification") == "jsonl"


def test_the_task_may_state_the_format():
    assert found("a.txt", format="tsv") == "tsv"


def test_an_unknown_suffix_is_an_error():
    with pytest.raises(TaskDataError, match=r"a.txt: no format has this suffix \(.csv, .tsv"):
        found("a.txt")
