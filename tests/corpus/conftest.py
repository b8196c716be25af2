"""A hub for the tests of sources, reached by the real client in this process."""

import time
from collections import Counter
from types import SimpleNamespace

import pytest

from fake_hub import FakeHub
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """An empty hub; nobody is logged in, and no request waits before it is repeated."""
    import datasets.config
    from huggingface_hub import HfFileSystem, constants
    from huggingface_hub.utils import _http

    from selectra_pipeline.corpus import hub_files

    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no_login"))
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda _: None, time=time.time))
    monkeypatch.setattr(hub_files, "WAITS", (0.0, 0.0))
    with FakeHub() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(datasets.config, "HF_ENDPOINT", server.endpoint)
        HfFileSystem.clear_instance_cache()
        yield server
    HfFileSystem.clear_instance_cache()


@pytest.fixture(scope="session")
def wikipedia(shared_data):
    """The documents of the Wikipedia paragraphs."""
    (file,) = find_source_files((str(shared_data / "corpus" / "wikipedia_parrafos.txt.gz"),))
    return list(read_file(file, SourceConfig(), Counter()))
