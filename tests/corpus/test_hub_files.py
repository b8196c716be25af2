import io
import logging
import pickle
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fake_hub import GRANTED, SIGNATURE, UNGRANTED, UNKNOWN, FakeHub, Repository
from oscar_records import record_2301, shard
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus import hub_files
from selectra_pipeline.corpus.hub_errors import Explanation, HubError, redact
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import describe_files, find_source_files
from selectra_pipeline.corpus.sources import read_file

OSCAR = "hf://datasets/oscar-corpus/OSCAR-2301"


def parquet(rows):
    stored = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stored)
    return stored.getvalue()


def find(address):
    return find_source_files(SourceConfig(paths=(address,)).paths)


def read(address, counts=None, **options):
    counts = Counter() if counts is None else counts
    config = SourceConfig(paths=(address,), **options)
    return [document for file in find(address) for document in read_file(file, config, counts)]


def texts(address, counts=None, **options):
    return [document.text for document in read(address, counts, **options)]


def error_of(address):
    with pytest.raises(HubError) as caught:
        read(address)
    return str(caught.value)


@pytest.fixture
def oscar(hub):
    """OSCAR 2301 with two Spanish shards and one of another language; nobody needs access."""
    repository = hub.repositories["oscar-corpus/OSCAR-2301"] = Repository()
    repository.commit(
        {
            "README.md": b"# OSCAR",
            "es_meta/es_meta_part_1.jsonl.zst": shard([record_2301("uno\u2028dos")], ".zst"),
            "es_meta/es_meta_part_2.jsonl.zst": shard(
                [record_2301("tres", quality_warnings=["tiny"]), record_2301("")], ".zst"
            ),
            "es_meta/es_sample.jsonl": shard([record_2301("muestra")], ""),
            "fr_meta/fr_meta_part_1.jsonl.zst": shard([record_2301("quatre")], ".zst"),
        }
    )
    return repository


@pytest.fixture
def gated(oscar):
    oscar.gated = True
    return f"{OSCAR}/es_meta/es_meta_part_*.jsonl.zst"


# Finding and reading


def test_a_glob_reads_its_files_with_labels_and_the_ids_of_a_local_copy(oscar):
    documents = read(f"{OSCAR}/es_meta/es_meta_part_*.jsonl.zst")
    assert [document.text for document in documents] == ["uno\u2028dos", "tres", ""]
    assert [document.id for document in documents] == [
        "es_meta_part_1.jsonl.zst:1",
        "es_meta_part_2.jsonl.zst:1",
        "es_meta_part_2.jsonl.zst:2",
    ]
    assert documents[1].labels.quality_warnings == ("tiny",)


def test_files_and_folders_are_named_too(oscar):
    assert texts(f"{OSCAR}/es_meta/es_sample.jsonl") == ["muestra"]
    assert texts(f"{OSCAR}/fr_meta") == ["quatre"]
    assert [file.name for file in find(f"{OSCAR}/**/*_1.jsonl.zst")] == [
        "es_meta/es_meta_part_1.jsonl.zst",
        "fr_meta/fr_meta_part_1.jsonl.zst",
    ]


def test_files_are_described_by_commit_and_checksum_and_can_be_sent_to_workers(oscar):
    (file,) = find(f"{OSCAR}/es_meta/es_sample.jsonl")
    commit = oscar.branches["main"]
    (described,) = describe_files([file])
    assert described["address"] == f"{OSCAR}@{commit}/es_meta/es_sample.jsonl"
    assert described["bytes"] == len(oscar.commits[commit]["es_meta/es_sample.jsonl"])
    assert described["checksum"].startswith("sha256:")
    sent = pickle.loads(pickle.dumps(file))
    assert [d.text for d in read_file(sent, SourceConfig(), Counter())] == ["muestra"]


def test_a_tag_or_commit_is_read_as_it_was(oscar):
    old = oscar.branches["main"]
    oscar.branches["v1"] = old
    oscar.commit({"es_meta/es_sample.jsonl": shard([record_2301("nueva")], "")})
    assert texts(f"{OSCAR}/es_meta/es_sample.jsonl") == ["nueva"]
    assert texts(f"{OSCAR}@v1/es_meta/es_sample.jsonl") == ["muestra"]
    assert texts(f"{OSCAR}@{old}/es_meta/es_sample.jsonl") == ["muestra"]


def test_files_larger_than_a_request_are_read_in_several(hub, monkeypatch):
    monkeypatch.setattr(hub_files, "BLOCK_BYTES", 4000)
    lines = [f'{{"text": "{number} {number**9}"}}\n' for number in range(400)]
    rows = [{"text": f"{number} {number**9}"} for number in range(400)]
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit(
        {"t/a.jsonl": "".join(lines).encode(), "t/b.parquet": parquet(rows)}
    )
    assert texts("hf://datasets/a/b/t") == 2 * [row["text"] for row in rows]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_damaged_and_empty_shards_are_told_or_counted(hub, name):
    suffix = name[-4:].lstrip("l")
    whole = shard([record_2301(f"{n} {n**9}") for n in range(20_000)], suffix)
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit(
        {
            f"1/{name}": whole[: len(whole) // 2],
            f"2/{name}": b"corrupt" + whole[7:],
            f"3/{name}": b"",
            f"4/{name}": shard([], suffix),
            f"5/{name}": shard([record_2301("la siguiente")], suffix),
        }
    )
    with pytest.raises(SourceError, match=rf"a/b@\w+/1/{name}: not readable after line [1-9]\d+ "):
        read("hf://datasets/a/b/*/*")
    counts = Counter()
    found = texts("hf://datasets/a/b/*/*", counts, on_error="skip")
    assert counts == {"damaged_file": 3, "empty_file": 1}  # no bytes at all are damage
    assert len(found) > 5_000
    assert found[-1] == "la siguiente"


def test_nothing_found_names_what_is_there(oscar):
    with pytest.raises(
        SourceError, match=r"es_metta.* names no file; .*holds README\.md, es_meta,"
    ):
        find(f"{OSCAR}/es_metta/*.zst")
    with pytest.raises(SourceError, match=r"es_\* names no file; .*holds README"):
        find(f"{OSCAR}/es_*")  # a folder
    with pytest.raises(SourceError, match=r"README\.md@?.* no file of a supported format"):
        find(f"{OSCAR}/README.md")


# The training split of a repository that is named without files


@pytest.mark.parametrize(
    "files",
    [
        ["data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"],
        ["train/x.parquet", "test/x.parquet"],
        ["train.parquet", "test.parquet"],
    ],
)
def test_the_training_split_is_found_by_the_names_of_the_files(hub, files):
    hub.repositories["a/b"] = Repository()
    rows = {path: parquet([{"text": path}]) for path in files}
    hub.repositories["a/b"].commit({"README.md": b"", **rows})
    assert texts("hf://datasets/a/b") == [files[0]]


def test_the_training_split_is_the_one_that_the_card_names(hub):
    data = [{"split": "test", "path": "x/*"}, {"split": "train", "path": ["y/*.jsonl"]}]
    card = {"configs": [{"config_name": "default", "data_files": data}]}
    hub.repositories["a/b"] = Repository(card=card)
    hub.repositories["a/b"].commit({"x/a.jsonl": b"", "y/a.jsonl": b'{"text": "uno"}\n'})
    assert texts("hf://datasets/a/b") == ["uno"]


def test_several_configurations_or_folders_ask_for_a_choice(hub, oscar):
    configurations = [{"config_name": name, "data_files": f"{name}/*"} for name in ("es", "fr")]
    hub.repositories["a/b"] = Repository(card={"configs": configurations})
    hub.repositories["a/b"].commit({"es/a.jsonl": b"", "fr/a.jsonl": b""})
    with pytest.raises(SourceError, match=r"configurations is meant \(es, fr\); name the files"):
        find("hf://datasets/a/b")
    with pytest.raises(
        SourceError, match=r"several folders \(es_meta, fr_meta\) .* name the files"
    ):
        find(OSCAR)


def test_a_repository_without_a_training_split_or_files_is_told(hub):
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit({"test.jsonl": b""})
    with pytest.raises(SourceError, match="no split train, but test; name the files"):
        find("hf://datasets/a/b")
    hub.repositories["a/b"].commit({"README.md": b""})
    with pytest.raises(SourceError, match="holds no data files"):
        find("hf://datasets/a/b")


# Refusals


def test_a_gated_dataset_is_read_with_a_token_that_has_access(gated, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", GRANTED)
    assert len(texts(gated)) == 3


def test_a_gated_dataset_without_a_token_tells_how_to_get_and_give_one(gated, hub):
    message = error_of(gated)
    assert (
        f"gated and there is no token; accept its terms at {hub.endpoint}/datasets/osc" in message
    )
    assert "HF_TOKEN, by `hf auth login`, or in conf/local/credentials.yml" in message


def test_a_token_without_access_is_told_where_to_ask_for_it(gated, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", UNGRANTED)
    message = error_of(gated)
    assert "the account of your token has no access" in message
    assert f"terms at {hub.endpoint}/datasets/oscar-corpus/OSCAR-2301" in message


def test_a_token_that_is_not_valid_is_told(gated, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", UNKNOWN)
    assert "does not accept the token (401); make a new one" in error_of(gated)


def test_access_that_ends_while_reading_is_told_and_never_skipped(gated, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", GRANTED)
    (file, _) = find(gated)
    monkeypatch.setenv("HF_TOKEN", UNGRANTED)
    counts = Counter()
    with pytest.raises(HubError, match="the account of your token has no access"):
        list(read_file(file, SourceConfig(on_error="skip"), counts))
    assert not counts


def test_what_does_not_exist_is_told(oscar):
    assert "there is no dataset a/b, or it is private" in error_of("hf://datasets/a/b/x")
    assert "no such revision; choose one at" in error_of(f"{OSCAR}@v9/es_meta")
    assert "no such revision" in error_of(f"{OSCAR}@{40 * '0'}/es_meta")


def test_a_hub_out_of_reach_is_told_with_the_way_to_do_without(oscar, hub):
    hub.__exit__()
    message = error_of(f"{OSCAR}/es_meta")
    assert f"{hub.endpoint} cannot be reached (" in message
    assert "check the network" in message
    assert "download the files elsewhere" in message


@pytest.mark.parametrize("token", [UNGRANTED, UNKNOWN, f"{GRANTED}ñ"])
def test_no_message_or_log_holds_the_token(gated, monkeypatch, caplog, token):
    monkeypatch.setenv("HF_TOKEN", token)
    with caplog.at_level(logging.DEBUG), pytest.raises(HubError) as caught:
        read(gated)
    assert token not in f"{caught.value} {caught.value.__cause__} {caplog.text}"
    assert caught.value.__suppress_context__


def test_what_the_client_says_is_shown_without_token_and_signatures(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", GRANTED)
    said = f"b'Bearer {GRANTED}' for https://cdn.example/x?Signature=abc&Expires=9: refused"
    assert redact(said) == "b'Bearer <token>' for https://cdn.example/x?<query> refused"


def test_a_refusal_in_a_worker_reaches_its_parent():
    error = HubError("hf://datasets/a/b", Explanation("the hub answers 503", "wait", passing=True))
    arrived = pickle.loads(pickle.dumps(error))
    assert str(arrived) == "hf://datasets/a/b: the hub answers 503; wait"
    assert arrived.explanation.passing


# Outages


@pytest.mark.parametrize("path", ["es_meta/es_sample.jsonl", "p/a.parquet"])
@pytest.mark.parametrize("refusals", [3, 9])
def test_a_server_that_fails_for_a_while_costs_nothing_but_time(oscar, hub, path, refusals):
    """Three times are the client's to repeat; after more than six it gives up, and we do not."""
    sample = shard([record_2301("muestra")], "")
    oscar.commit({"es_meta/es_sample.jsonl": sample, "p/a.parquet": parquet([{"text": "muestra"}])})
    hub.failing = refusals
    assert texts(f"{OSCAR}/{path}") == ["muestra"]
    assert hub.failing == 0


def test_a_server_that_fails_for_good_is_told_without_the_signature(oscar, hub, caplog):
    hub.failing = 1_000
    with caplog.at_level(logging.WARNING):
        message = error_of(f"{OSCAR}/es_meta/es_sample.jsonl")
    assert message.endswith(
        "byte 0: the hub answers 503; run again later: the same command goes on where it stopped"
    )
    assert "the hub answers 503; trying again in" in caplog.text
    assert SIGNATURE not in message + caplog.text


def test_a_server_that_dies_while_reading_stops_with_the_position(hub, monkeypatch):
    monkeypatch.setattr(hub_files, "BLOCK_BYTES", 1 << 16)
    rows = [record_2301(f"{n} {n**9}") for n in range(2_000)]
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit({"a.jsonl": shard(rows, "")})
    (file,) = find("hf://datasets/a/b/a.jsonl")
    documents = read_file(file, SourceConfig(on_error="skip"), Counter())
    assert next(documents).text == "0 0"
    hub.__exit__()
    with pytest.raises(
        HubError, match=r"a\.jsonl, byte [1-9]\d+: http.* cannot be reached"
    ) as seen:
        list(documents)
    assert "the same command goes on where it stopped" in str(seen.value)


def test_a_server_that_comes_back_is_read_on_from_the_same_byte(hub, monkeypatch):
    monkeypatch.setattr(hub_files, "BLOCK_BYTES", 1 << 16)
    rows = [record_2301(f"{n} {n**9}") for n in range(2_000)]
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit({"a.jsonl": shard(rows, "")})
    (file,) = find("hf://datasets/a/b/a.jsonl")
    documents = read_file(file, SourceConfig(), Counter())
    first = next(documents)
    hub.__exit__()
    revived = []

    def revive(_):
        if not revived:
            revived.append(FakeHub(hub.server_port).__enter__())
            revived[0].repositories = hub.repositories

    monkeypatch.setattr(hub_files, "time", type("Clock", (), {"sleep": staticmethod(revive)}))
    found = [first.text, *(document.text for document in documents)]
    revived[0].__exit__()
    assert found == [row["content"] for row in rows]
