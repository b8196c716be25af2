import codecs
import gzip
import io
import json
import os
import random
import re
import tracemalloc
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus import source_files, text_reader
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.skipping import LOGGED_SKIPS
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import describe_files, find_source_files
from selectra_pipeline.corpus.sources import open_corpus, read_file
from selectra_pipeline.shards.paths import StorageError


def read(path, counts=None, **options):
    config = SourceConfig(paths=(str(path),), **options)
    counts = Counter() if counts is None else counts
    files = find_source_files(config.paths)
    return [document for file in files for document in read_file(file, config, counts)]


def error_of(path, **options):
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return str(caught.value)


def skipped(path, **options):
    """The texts that remain and the counts, when damage is skipped."""
    counts = Counter()
    texts = [document.text for document in read(path, counts, on_error="skip", **options)]
    return texts, dict(counts)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def json_lines(*texts):
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


# Formats


def test_blank_lines_part_the_documents_of_a_text_file(tmp_path):
    path = write(tmp_path / "a.txt", "\nuno\ndos\r\n \r\n\ntres")
    assert read(path) == [Document("a.txt:2", "uno\ndos\r\n"), Document("a.txt:6", "tres")]


@pytest.mark.parametrize("blank", ["\u200b", "\ufeff\u200b", " \u00ad\t", "\ufffd", "\u2028"])
def test_a_line_of_characters_that_are_deleted_is_blank(tmp_path, blank):
    path = write(tmp_path / "a.txt", f"uno\n{blank}\n{blank}dos\n")
    assert [document.id for document in read(path)] == ["a.txt:1", "a.txt:3"]


def test_every_line_of_a_text_file_can_be_a_document(tmp_path):
    path = write(tmp_path / "a.txt", "uno\n\ndos\n")
    expected = [Document("a.txt:1", "uno\n"), Document("a.txt:3", "dos\n")]
    assert read(path, text_unit="line") == expected


def test_a_whole_text_file_can_be_a_document(tmp_path):
    path = write(tmp_path / "a.txt", "uno\n\ndos\n")
    assert read(path, text_unit="file") == [Document("a.txt:1", "uno\n\ndos\n")]


def test_json_lines_keep_their_own_text_id_and_get_one_otherwise(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"id": "x", "text": "uno"}\n\n{"id": 7, "text": "dos"}\n')
    assert read(path) == [Document("x", "uno"), Document("a.jsonl:3", "dos")]


def test_only_a_newline_ends_a_json_line(tmp_path):
    text = "uno\u2028dos\u0085tres\x1cfin"
    assert [d.text for d in read(write(tmp_path / "a.jsonl", json_lines(text)))] == [text]


def test_a_byte_order_mark_is_no_damage(tmp_path):
    path = write(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + json_lines("uno").encode())
    assert [d.text for d in read(path)] == ["uno"]


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string()])
def test_parquet_columns_are_read(tmp_path, type_):
    path = tmp_path / "a.parquet"
    texts = [f"texto {i}" for i in range(600)]
    pq.write_table(pa.table({"n": range(600), "content": pa.array(texts, type_)}), path)
    documents = read(path, text_field="content")
    assert [d.text for d in documents] == texts
    assert documents[599].id == "a.parquet:600"


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz", ".txt.zst", ".TXT.GZ"])
def test_compressed_files_read_like_plain_ones(tmp_path, suffix):
    pack = {"z": gzip.compress, "t": zstandard.compress}
    content = "año\n\nniño\n".encode()
    kind = suffix.lower()[-3:]
    packed = pack["z"](content) if kind == ".gz" else content
    packed = pack["t"](content) if kind == "zst" else packed
    path = write(tmp_path / f"a{suffix}", packed)
    assert [d.text.strip() for d in read(path)] == ["año", "niño"]


# Finding files


def test_linked_folders_are_read_once_however_they_are_reached(tmp_path):
    write(tmp_path / "elsewhere" / "b.txt", "dos")
    write(tmp_path / "corpus" / "a.txt", "uno")
    for name in ("link", "again"):
        (tmp_path / "corpus" / name).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "corpus" / "round").symlink_to(tmp_path / "corpus")
    assert [document.text for document in read(tmp_path / "corpus")] == ["uno", "dos"]


def test_a_link_to_a_text_that_is_not_there_is_told(tmp_path):
    write(tmp_path / "a.txt", "uno")
    (tmp_path / "b.jsonl").symlink_to("/nowhere/b.jsonl")
    assert "b.jsonl is a link to /nowhere/b.jsonl" in error_of(tmp_path)


def test_a_folder_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    write(tmp_path / "a.txt", "uno")
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def closed(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)  # root may read everything
    assert "closed can't be read (Permission denied)" in error_of(tmp_path)


def test_a_folder_is_read_recursively_in_sorted_order(tmp_path):
    for name in ("b.txt", "a/z.jsonl", "a/b/c.txt", ".hidden.txt", "LEEME.md"):
        write(tmp_path / name, json_lines("x"))
    ids = [document.id for document in read(tmp_path)]
    assert ids == ["a/b/c.txt:1", "a/z.jsonl:1", "b.txt:1"]


def test_a_glob_reaches_into_folders_and_a_file_named_twice_is_read_once(tmp_path):
    for name in ("b.txt", "a/c.txt", "a/d.jsonl"):
        write(tmp_path / name, json_lines("x"))
    ids = [document.id for document in read(f"{tmp_path}/**/*.txt;{tmp_path}/b.txt")]
    assert ids == ["a/c.txt:1", "b.txt:1"]


def test_a_folder_that_a_glob_matches_is_read_and_each_file_once(tmp_path):
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt", "sub/.hidden.txt", "other/d.txt"):
        write(tmp_path / name, "x")
    ids = ["a.txt:1", "sub/b.txt:1", "sub/deep/c.txt:1"]
    assert [document.id for document in read(f"{tmp_path}/[as]*")] == ids
    ids.insert(1, "other/d.txt:1")
    assert [document.id for document in read(f"{tmp_path}/*")] == ids
    assert [document.id for document in read(f"{tmp_path}/**")] == ids
    (tmp_path / "link.txt").symlink_to(tmp_path / "other")
    assert [document.id for document in read(f"{tmp_path}/l*")] == ["link.txt/d.txt:1"]


def test_a_link_that_a_glob_matches_to_a_text_that_is_not_there_is_told(tmp_path):
    write(tmp_path / "a.txt", "uno")
    (tmp_path / "notes.md").symlink_to("/nowhere/notes.md")
    assert len(read(tmp_path / "*")) == 1
    (tmp_path / "b.jsonl").symlink_to("/nowhere/b.jsonl")
    assert "b.jsonl is a link to /nowhere/b.jsonl" in error_of(tmp_path / "*")


def test_an_empty_glob_is_named_with_what_lies_beside(tmp_path):
    write(tmp_path / "novelas.txt.gz", b"")
    message = error_of(tmp_path / "*.jsonl")
    assert f"{tmp_path}/*.jsonl matches no file" in message
    assert "novelas.txt.gz" in message


def test_a_path_that_does_not_exist_gets_the_nearest_name(tmp_path):
    write(tmp_path / "novelas.txt", "x")
    message = error_of(tmp_path / "novela.txt")
    assert "novela.txt does not exist" in message
    assert f"did you mean {tmp_path / 'novelas.txt'}?" in message


def test_an_empty_folder_is_an_error(tmp_path):
    assert f"{tmp_path} holds no file of a supported format" in error_of(tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "a.txt.bz2", "a.parquet.gz", "a.zst"])
def test_an_unsupported_format_says_which_are_supported(tmp_path, name):
    message = error_of(write(tmp_path / name, "x"))
    assert name in message
    assert "`.jsonl`" in message


# On a remote storage


@pytest.fixture
def remote(bucket):
    """A folder with a text in each of four formats."""
    records = io.BytesIO()
    pq.write_table(pa.table({"text": ["cuatro"]}), records)
    write(bucket / "texts/a.jsonl.gz", gzip.compress(json_lines("uno").encode()))
    write(bucket / "texts/b.jsonl", json_lines("dos"))
    write(bucket / "texts/deep/c.txt.zst", zstandard.compress(b"tres"))
    write(bucket / "texts/deep/d.parquet", records.getvalue())
    write(bucket / "texts/.hidden/e.txt", "oculto")
    return bucket / "texts"


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("a.jsonl.gz", ["uno"]),
        ("*.jsonl*", ["uno", "dos"]),
        ("*/c*", ["tres"]),
        ("*e*", ["tres", "cuatro"]),
        ("", ["uno", "dos", "tres", "cuatro"]),
    ],
)
def test_remote_files_globs_and_folders_are_read(remote, path, texts):
    assert [document.text for document in read(remote / path)] == texts


def test_remote_files_have_the_same_ids_as_local_ones(remote):
    ids = ["a.jsonl.gz:1", "b.jsonl:1", "deep/c.txt.zst:1", "deep/d.parquet:1"]
    assert [document.id for document in read(remote)] == ids


def test_a_remote_glob_of_any_depth_is_refused(remote):
    assert error_of(remote / "**/*.txt").endswith(f"name the folder {remote}")


def test_a_remote_path_that_does_not_exist_gets_the_nearest_name(remote):
    assert error_of(remote / "c.jsonl").endswith(f"did you mean {remote}/b.jsonl?")


def test_an_unknown_storage_is_named():
    with pytest.raises(StorageError, match="s3:// is no storage"):
        read("s3://bucket/*.txt")


def test_a_change_of_a_remote_file_is_seen(remote):
    before = describe_files(find_source_files((str(remote),)))
    write(remote / "f.txt", "cinco")
    after = describe_files(find_source_files((str(remote),)))
    assert [file["name"] for file in after if file not in before] == ["f.txt"]


# Damage


def test_bad_utf8_is_told_by_file_line_and_byte(tmp_path):
    path = write(tmp_path / "a.txt", b"uno\n\ncami\xf3n\n\ntres\n")
    message = error_of(path)
    assert f"{path}, line 3: byte 4 of the line (0xf3)" in message
    assert "iconv" in message
    assert skipped(path) == (["uno\n", "tres\n"], {"bad_utf8": 1})


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (codecs.BOM_UTF16_LE + "año".encode("utf-16-le"), "UTF-16; .*iconv -f utf-16"),
        (codecs.BOM_UTF16_BE + "año".encode("utf-16-be"), "UTF-16; .*iconv -f utf-16"),
        (gzip.compress(b"uno\n"), r"gzip; .*end in `\.gz`"),
        (zstandard.compress(b"uno\n"), r"zstd; .*end in `\.zst`"),
    ],
    ids=["little-endian", "big-endian", "gzip", "zstd"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_of_another_kind_is_known_by_its_first_bytes(tmp_path, name, content, mend):
    path = write(tmp_path / name, content)
    assert re.search(f"{path} is not UTF-8: it begins like .*{mend}", error_of(path))


def test_such_bytes_in_a_later_line_are_only_bad(tmp_path):
    path = write(tmp_path / "a.txt", b"uno\n" + codecs.BOM_UTF16_LE)
    assert f"{path}, line 2: byte 0 of the line (0xff) is not UTF-8" in error_of(path)


@pytest.mark.parametrize(
    ("name", "pack"), [("a.jsonl.gz", gzip.compress), ("a.jsonl.zst", zstandard.compress)]
)
def test_a_cut_off_file_is_told_and_what_comes_before_is_kept(tmp_path, name, pack):
    content = json_lines(*(f"{i} {i**7}" for i in range(20_000))).encode()
    path = write(tmp_path / name, pack(content)[:-50])
    message = error_of(path)
    assert f"{path}: not readable after line " in message
    assert "fetch the file again" in message
    write(tmp_path / "b.jsonl", json_lines("la siguiente"))
    texts, counts = skipped(tmp_path)
    assert counts == {"damaged_file": 1}
    assert len(texts) > 10_000
    assert texts[-1] == "la siguiente"


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt.zst"])
def test_a_file_that_is_not_what_its_name_says_is_damaged(tmp_path, name):
    path = write(tmp_path / name, "sin comprimir\n" * 30)
    assert f"{path}: not readable after line 0" in error_of(path)
    assert skipped(path) == ([], {"damaged_file": 1})


def test_a_document_that_the_damage_cuts_in_two_is_not_kept(tmp_path):
    whole = gzip.compress(b"entero\n\n")
    broken = gzip.compress(b"a medias\n" * 1000)[:-8]
    path = write(tmp_path / "a.txt.gz", whole + broken)
    assert skipped(path) == (["entero\n"], {"damaged_file": 1})


def test_a_document_with_a_line_that_is_skipped_is_left_out(tmp_path):
    path = write(tmp_path / "a.txt", b"primera\nseg\xfanda\ntercera\n\ncuarta\n")
    assert skipped(path) == (["cuarta\n"], {"bad_utf8": 1})
    assert skipped(path, text_unit="line") == (
        ["primera\n", "tercera\n", "cuarta\n"],
        {"bad_utf8": 1},
    )
    assert skipped(path, text_unit="file") == ([], {"bad_utf8": 1})


def test_the_log_says_what_is_left_out_with_a_line_that_is_skipped(tmp_path, caplog):
    path = write(tmp_path / "a.txt", b"\nuno\ncami\xf3n\n\xf3\ntres\n\nsol\xf3\n\nfin\n")
    assert skipped(path) == (["fin\n"], {"bad_utf8": 3})
    assert f"{path}: the whole document is left out, 4 lines from line 2 on" in caplog.text
    assert caplog.text.count("is left out") == 1  # a line alone was named already
    caplog.clear()
    path.write_bytes(b"uno\ncami\xf3n\n\n" * 9)
    assert skipped(path) == ([], {"bad_utf8": 9})
    assert caplog.text.count("is left out") == LOGGED_SKIPS


@pytest.mark.parametrize(
    ("text_unit", "message", "kept"),
    [
        ("blank_line", r"no blank line in 1e-05 MB from line 3 on; .*text_unit=line", ["uno\n"]),
        ("file", r"it has more than 1e-05 MB; .*text_unit to blank_line or line", []),
        ("line", r"line 5 has more than 1e-05 MB", ["uno\n", "dos\n", "tres\n", "seis\n"]),
    ],
)
def test_a_document_without_end_is_told_and_not_kept(
    tmp_path, monkeypatch, text_unit, message, kept
):
    monkeypatch.setattr(text_reader, "LARGEST_DOCUMENT", 10)
    path = write(tmp_path / "a.txt", "uno\n\ndos\ntres\ncuatro y cinco\nseis\n")
    assert re.search(message, error_of(path, text_unit=text_unit))
    assert skipped(path, text_unit=text_unit) == (kept, {"too_long": 1})


def test_of_a_document_that_is_left_out_no_line_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(text_reader, "LARGEST_DOCUMENT", 1_000_000)
    path = write(tmp_path / "a.txt", f"{'ñ' * 99}\n" * 50_000)
    tracemalloc.start()
    assert skipped(path) == ([], {"too_long": 1})
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.txt.zst"])
def test_a_compressed_file_without_a_byte_is_damaged(tmp_path, name):
    path = write(tmp_path / name, b"")
    assert "an empty compressed file has some" in error_of(path)
    assert skipped(path) == ([], {"damaged_file": 1})


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_a_file_that_is_out_of_reach_is_never_skipped(tmp_path, name):
    (file,) = find_source_files((str(write(tmp_path / name, b"x")),))
    (tmp_path / name).unlink()
    with pytest.raises(StorageError, match=r"No such file .* is never skipped"):
        list(read_file(file, SourceConfig(on_error="skip"), Counter()))


def test_a_parquet_file_is_not_read_ahead_by_whole_row_groups(tmp_path, monkeypatch):
    texts = ["".join(random.Random(n).choices("abcdefgh", k=1000)) for n in range(16_000)]
    table = pa.table({"text": texts})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=len(texts), compression="none", use_dictionary=False)
    read_bytes = []

    class Counted(io.FileIO):
        def read(self, size=-1):
            read_bytes.append(size)
            return super().read(size)

    monkeypatch.setattr(source_files.SourceFile, "open_stored", lambda file: Counted(file.path))
    (file,) = find_source_files((str(path),))
    documents = read_file(file, SourceConfig(), Counter())
    assert next(documents).text == texts[0]
    assert sum(read_bytes) < path.stat().st_size / 4
    documents.close()


def test_a_file_of_zstds_long_mode_is_read(tmp_path):
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compress(b"largo\n" * 99)
    path = write(tmp_path / "a.txt.zst", packed)
    assert skipped(path, text_unit="file") == (["largo\n" * 99], {})


@pytest.mark.parametrize("line", ['{"text": "x"', '["text"]', "[" * 100_000, "7"])
def test_bad_json_is_told_by_file_and_line(tmp_path, line):
    path = write(tmp_path / "a.jsonl", json_lines("uno") + line + "\n" + json_lines("tres"))
    assert f"{path}, line 2: a JSON object was expected" in error_of(path)
    assert skipped(path) == (["uno", "tres"], {"bad_json": 1})


def test_a_missing_field_names_the_fields_that_are_there(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"texto": "x", "url": "y"}\n')
    message = error_of(path)
    assert f"{path}, line 1: no field 'text'" in message
    assert "did you mean 'texto'? there are: texto, url" in message
    assert skipped(path) == ([], {"missing_field": 1})


@pytest.mark.parametrize(
    ("value", "got"), [("null", "null"), ("7", "of type int"), ('["a", 7]', "a list of int, str")]
)
def test_a_field_that_is_no_text_is_told(tmp_path, value, got):
    path = write(tmp_path / "a.jsonl", json_lines("uno") + f'{{"text": {value}}}\n')
    assert f"{path}, line 2: the text is {got}, not a text" in error_of(path)
    assert skipped(path) == (["uno"], {"not_a_text": 1})


def test_a_null_in_parquet_is_told_by_its_record(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["uno", None, "tres"]}), path)
    assert f"{path}, record 2: the text is null" in error_of(path)
    assert skipped(path) == (["uno", "tres"], {"not_a_text": 1})


def test_bad_utf8_in_parquet_is_told_by_its_record(tmp_path):
    path = tmp_path / "a.parquet"
    raw = pa.array([b"uno", b"cami\xf3n"], pa.binary())
    text = pa.StringArray.from_buffers(2, raw.buffers()[1], raw.buffers()[2])
    pq.write_table(pa.table({"text": text}), path)
    assert f"{path}, record 2: not UTF-8" in error_of(path)
    assert skipped(path) == (["uno"], {"bad_utf8": 1})


def test_a_missing_parquet_column_is_told_before_reading(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"content": ["uno"]}), path)
    assert f"{path}: no field 'text'" in error_of(path)
    assert skipped(path) == ([], {"missing_field": 1})


def test_an_unreadable_parquet_file_is_told(tmp_path):
    path = write(tmp_path / "a.parquet", "no es Parquet")
    assert f"{path} is not readable as Parquet" in error_of(path)
    assert skipped(path) == ([], {"damaged_file": 1})


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_storage_out_of_reach_is_no_damage_that_could_be_skipped(tmp_path, monkeypatch, name):
    def refuse(_):
        raise StorageError("the storage does not answer")

    write(tmp_path / name, "")
    monkeypatch.setattr(source_files, "open_stored", refuse)
    with pytest.raises(StorageError, match="does not answer"):
        read(tmp_path, on_error="skip")


def test_an_empty_file_is_counted_and_no_error(tmp_path):
    write(tmp_path / "a.txt", "")
    write(tmp_path / "b.txt", "uno")
    counts = Counter()
    assert [d.text for d in read(tmp_path, counts)] == ["uno"]
    assert counts == {"empty_file": 1}


def test_the_corpus_of_a_configuration_is_that_of_its_paths(tmp_path):
    write(tmp_path / "a.txt", "uno")
    config = IngestionConfig(source=SourceConfig(paths=(str(tmp_path),)))
    files = find_source_files(config.source.paths)
    assert list(open_corpus(config, files, Counter())) == [Document("a.txt:1", "uno")]


def test_every_file_of_the_real_corpus_is_read(shared_data):
    counts = Counter()
    for document in read(shared_data / "corpus" / "*_*.gz"):
        counts["documents"] += 1
        counts["without_text"] += not document.text.strip()
    assert counts == {"documents": 18_932, "without_text": 0}
