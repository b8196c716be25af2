import gzip
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oscar_records import record_2201, record_2301, shard
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file
from selectra_pipeline.corpus.web_labels import WebLabels

URL = "https://ejemplo.es/camión"


def read(path, counts=None, **options):
    counts = Counter() if counts is None else counts
    config = SourceConfig(paths=(str(path),), **options)
    files = find_source_files(config.paths)
    return [document for file in files for document in read_file(file, config, counts)]


@pytest.mark.parametrize("suffix", [".gz", ".zst", ""])
def test_records_of_oscar_2301_keep_their_labels(tmp_path, suffix):
    """Null in the first record and a list in the next: nothing may be guessed from the first."""
    records = [
        record_2301("uno"),
        record_2301(
            "dos\ntres",
            quality_warnings=["short_sentences", "header"],
            categories=["press"],
            harmful_pp=312.5,
        ),
    ]
    path = tmp_path / f"es_meta_part_1.jsonl{suffix}"
    path.write_bytes(shard(records, suffix))
    first, second = read(path)
    assert (first.text, first.id) == ("uno", f"{path.name}:1")
    assert first.labels == WebLabels(URL, "es", 0.9375)
    assert second.text == "dos\ntres"
    assert second.labels == WebLabels(
        URL, "es", 0.9375, ("short_sentences", "header"), ("press",), 312.5
    )


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_the_annotation_of_oscar_2201_is_its_quality_warnings(tmp_path, suffix):
    records = [record_2201("uno"), record_2201("dos", ["tiny", "noisy"])]
    path = tmp_path / f"es_meta_part_1.jsonl{suffix}"
    path.write_bytes(shard(records, suffix))
    first, second = (document.labels for document in read(path))
    assert first == WebLabels(URL, "es", 0.875)
    assert second == WebLabels(URL, "es", 0.875, ("tiny", "noisy"))


def test_line_separators_inside_a_text_part_no_records(tmp_path):
    texts = ["a\u2028b\u2029c\u0085d", "e"]
    (tmp_path / "a.jsonl.zst").write_bytes(shard([record_2301(t) for t in texts], ".zst"))
    assert [document.text for document in read(tmp_path)] == texts


def test_a_record_may_lack_every_label_and_have_an_empty_text(tmp_path):
    record = {**record_2301(""), "metadata": None, "warc_headers": None}
    (tmp_path / "a.jsonl.gz").write_bytes(shard([record], ".gz"))
    (document,) = read(tmp_path)
    assert (document.text, document.labels) == ("", WebLabels())


@pytest.mark.parametrize(
    ("field", "value"),
    [("quality_warnings", "tiny"), ("categories", [3]), ("harmful_pp", "alto"), ("tlsh", 3)],
)
def test_a_label_of_another_type_is_told_unless_it_is_not_read(tmp_path, field, value):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(shard([record_2301("uno"), record_2301("dos", **{field: value})], ".gz"))
    if field == "tlsh":
        assert len(read(path)) == 2
        return
    with pytest.raises(SourceError, match=rf"a\.jsonl\.gz, line 2: {field} is .*source\.layout"):
        read(path)
    counts = Counter()
    assert [d.text for d in read(path, counts, on_error="skip")] == ["uno"]
    assert counts == {"bad_labels": 1}


def test_the_layout_can_be_set_against_what_the_fields_say(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(shard([record_2301("uno")], ".gz"))
    (document,) = read(tmp_path, layout="text", text_field="content")
    assert (document.text, document.labels) == ("uno", None)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"content": "dos"}\n'))
    (document,) = read(tmp_path, layout="oscar")
    assert (document.text, document.labels) == ("dos", WebLabels())
    with pytest.raises(SourceError, match="no field 'text'"):
        read(tmp_path)


def test_oscar_in_parquet_keeps_its_labels(tmp_path):
    records = [record_2301("uno", quality_warnings=["tiny"]), record_2301("dos")]
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "a.parquet")
    first, second = read(tmp_path)
    assert first.labels == WebLabels(URL, "es", 0.9375, ("tiny",))
    assert (second.text, second.labels) == ("dos", WebLabels(URL, "es", 0.9375))


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_a_list_of_texts_is_joined_by_newlines(tmp_path, suffix):
    rows = [{"text": ["uno", "dos"], "images": ["x"]}, {"text": [], "images": None}]
    path = tmp_path / f"mOSCAR.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [document.text for document in read(path)] == ["uno\ndos", ""]
