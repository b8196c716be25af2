import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from selectra_pipeline.downstream.reading.hub import fetch
from selectra_pipeline.downstream.reading.record import TaskDataError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ADDRESS = f"hf://datasets/owner/name@{COMMIT}/es/train/0000.parquet"


def test_the_pinned_file_is_asked_for(monkeypatch, tmp_path):
    asked = {}

    def download(repository, file, **where):
        asked.update(where, repository=repository, file=file)
        return str(tmp_path / "0000.parquet")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    assert fetch(ADDRESS) == tmp_path / "0000.parquet"
    assert asked == {
        "repository": "owner/name",
        "file": "es/train/0000.parquet",
        "revision": COMMIT,
        "repo_type": "dataset",
    }


def test_without_a_network_it_is_said_how_to_get_the_file(monkeypatch):
    def download(*_, **__):
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    with pytest.raises(TaskDataError) as caught:
        fetch(ADDRESS)
    command = (
        f"hf download --repo-type dataset --revision {COMMIT} owner/name es/train/0000.parquet"
    )
    assert command in str(caught.value)
    assert "name files of your own" in str(caught.value)


def test_a_file_that_was_fetched_before_needs_no_network(monkeypatch, tmp_path):
    """The cache as the hub's library lays it out: nothing is asked, as the commit is given."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    file = (
        tmp_path / "datasets--owner--name" / "snapshots" / COMMIT / "es" / "train" / "0000.parquet"
    )
    file.parent.mkdir(parents=True)
    file.write_bytes(b"rows")
    assert fetch(ADDRESS).read_bytes() == b"rows"
