import logging

import pytest

from fake_hub import GRANTED, Repository
from oscar_records import record_2301, shard
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.document_shards import iterate_documents
from selectra_pipeline.corpus.hub_errors import HubError
from selectra_pipeline.corpus.ingestion import ingest
from selectra_pipeline.corpus.ingestion_report import ingestion_report
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import describe_files, find_source_files
from selectra_pipeline.corpus.source_lock import LOCK_NAME, MovedRevisionError
from selectra_pipeline.corpus.source_report import source_commits

ADDRESS = "hf://datasets/a/b@main/es/*.jsonl"


def prose(number):
    return f"Documento {number}: " + " ".join(f"camión{(number + i) % 17}" for i in range(25))


def content(numbers):
    return shard([record_2301(prose(number)) for number in numbers], "")


def config_for(address):
    return IngestionConfig.from_params(
        {"source": {"paths": address}, "heldout_fraction": 0.2, "shards": 2}
    )


def texts(manifest):
    return {d.text for split in ("train", "heldout") for d in iterate_documents(manifest, split)}


@pytest.fixture
def repository(hub):
    hub.repositories["a/b"] = Repository()
    hub.repositories["a/b"].commit({"es/1.jsonl": content(range(60)), "README.md": b"uno"})
    return hub.repositories["a/b"]


def move(repository, **changes):
    files = {**repository.commits[repository.branches["main"]], **changes}
    return repository.commit({path: stored for path, stored in files.items() if stored})


def test_the_commit_is_kept_in_the_manifest_the_report_and_the_tags(repository, tmp_path):
    manifest = ingest(config_for(ADDRESS), tmp_path)
    commit = repository.branches["main"]
    (source,) = manifest.facts["sources"]
    assert source["address"] == f"hf://datasets/a/b@{commit}/es/1.jsonl"
    assert f"| hf://datasets/a/b@{commit} | 1 |" in ingestion_report(manifest)
    assert source_commits(manifest.facts["sources"]) == {"a/b": commit}


def test_a_finished_stage_needs_no_hub_to_know_it(repository, hub, tmp_path, caplog):
    first = ingest(config_for(ADDRESS), tmp_path)
    hub.__exit__()
    assert ingest(config_for(ADDRESS), tmp_path) == first
    assert "cannot be reached" in caplog.text
    with pytest.raises(HubError, match="cannot be reached"):
        ingest(config_for(ADDRESS), tmp_path / "other")


def test_a_moved_branch_is_told_with_what_changed(repository, tmp_path):
    ingest(config_for(ADDRESS), tmp_path)
    before = repository.branches["main"]
    after = move(repository, **{"es/1.jsonl": content(range(50)), "es/2.jsonl": content([99])})
    with pytest.raises(MovedRevisionError) as caught:
        ingest(config_for(ADDRESS), tmp_path)
    message = str(caught.value)
    assert f"from commit {before} to {after}" in message
    assert "1 added (such as es/2.jsonl), 1 changed (such as es/1.jsonl)" in message
    assert f"write hf://datasets/a/b@{before}/es/*.jsonl in its place in corpus" in message
    assert f"choose another run or delete {tmp_path / LOCK_NAME}" in message


def test_files_that_are_gone_are_a_change_too(repository, tmp_path):
    ingest(config_for(ADDRESS), tmp_path)
    move(repository, **{"es/1.jsonl": None})
    with pytest.raises(MovedRevisionError, match=r"1 removed \(such as es/1\.jsonl\)"):
        ingest(config_for(ADDRESS), tmp_path)


def test_both_ways_on_from_a_moved_branch_lead_on(repository, tmp_path, caplog):
    first = ingest(config_for(ADDRESS), tmp_path)
    before = repository.branches["main"]
    move(repository, **{"es/2.jsonl": content([99])})
    with caplog.at_level(logging.INFO):
        pinned = ingest(config_for(ADDRESS.replace("main", before)), tmp_path)
    assert pinned == first
    assert "ingestion is up to date" in caplog.text
    (tmp_path / LOCK_NAME).unlink()
    assert texts(ingest(config_for(ADDRESS), tmp_path)) == {prose(99), *texts(first)}


def test_a_branch_that_moved_without_the_files_is_no_matter(repository, tmp_path):
    first = ingest(config_for(ADDRESS), tmp_path)
    move(repository, **{"README.md": b"dos"})
    assert ingest(config_for(ADDRESS), tmp_path) == first


def test_a_stage_that_was_stopped_goes_on_with_the_commit_it_began_with(repository, hub, tmp_path):
    begun = find_source_files((ADDRESS,), tmp_path)
    asked = len(hub.requests)
    again = find_source_files((ADDRESS,), tmp_path)
    assert again == begun
    assert hub.requests[asked:] == ["GET /api/datasets/a/b/revision/main"]
    assert fingerprint(describe_files(again)) == fingerprint(describe_files(begun))


def test_the_lock_lies_on_an_object_store_as_on_a_disk(repository, hub, bucket):
    begun = find_source_files((ADDRESS,), bucket)
    hub.__exit__()
    assert find_source_files((ADDRESS,), bucket) == begun


def test_nothing_is_kept_when_access_is_refused(repository, tmp_path, monkeypatch):
    repository.gated = True
    with pytest.raises(HubError, match="there is no token"):
        find_source_files((ADDRESS,), tmp_path)
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("HF_TOKEN", GRANTED)
    find_source_files((ADDRESS,), tmp_path)
    assert GRANTED not in (tmp_path / LOCK_NAME).read_text()


def test_a_damaged_lock_is_told(repository, tmp_path):
    (tmp_path / LOCK_NAME).write_text('{"a": 3}')
    with pytest.raises(SourceError, match=rf"{LOCK_NAME} is damaged .*delete it"):
        find_source_files((ADDRESS,), tmp_path)


def test_the_place_of_local_files_does_not_shape_the_result(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jsonl").write_bytes(content(range(60)))
    first = ingest(config_for(str(tmp_path / "one")), tmp_path / "out")
    assert ingest(config_for(str(tmp_path / "two")), tmp_path / "out") == first
