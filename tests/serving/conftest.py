"""Folders of tiny models of each kind, and the page with them on a loopback address."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from finetuned_models import write_random_model
from finished_runs import make_run, narrow_run, vocabulary, wide_run
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.shards.manifest import Manifest, Shard

__all__ = ["make_run", "narrow_run", "vocabulary", "wide_run"]

LENIENT = VocabularyConfig(require_accents=False)
NLI = ("contradiction", "neutral", "entailment")
TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
CARD = '---\nlanguage: es\n---\n\n# Tiny\n\n```python\nload(".")  # nothing\n```\n'


@pytest.fixture(scope="session")
def exported_folder(wide_run, tmp_path_factory) -> Path:
    """An export whose discriminator has a card."""
    folder = tmp_path_factory.mktemp("export") / "huggingface"
    export(wide_run, folder)
    (folder / "discriminator" / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def finetuned_folder(tmp_path_factory) -> Path:
    """Models that were fine-tuned on inference and on entities, by task."""
    folder = tmp_path_factory.mktemp("finetuned")
    types = {"world_inference": Classification(NLI), "world_entities": TokenClassification(TAGS)}
    for task, task_type in types.items():
        write_random_model(folder / task / "model", task_type)
        files = sorted((folder / task / "model").iterdir())
        shards = {"model": tuple(Shard.describe(path, 1, folder / task) for path in files)}
        Manifest(folder / task, "trials", "0", shards, {"checkpoint": "tiny"}).save()
    return folder


class ServedPage(NamedTuple):
    """A page that is open.

    Attributes:
        strangers: hosts beyond this machine that its process looked up or connected to.
    """

    config: DemoConfig
    address: str
    strangers: list[str]


@pytest.fixture(scope="session")
def served_page(exported_folder, finetuned_folder) -> Iterator[ServedPage]:
    """The page with all of its tabs, in Spanish."""
    pytest.importorskip("gradio", reason='the page needs the extra "demo"')
    from selectra_pipeline.reporting.model_card import read_card
    from selectra_pipeline.serving.page import Page
    from selectra_pipeline.serving.page_models import load_page_models
    from selectra_pipeline.serving.page_server import listening, server
    from selectra_pipeline.serving.page_texts import load_texts

    config = DemoConfig(
        port=free_port(),
        replaced_sentences=("El camión cruzó la frontera.", "El año <b>sólo</b>."),
        classified_texts=("w1 w2 w3",),
        labels="w4, w5",
        template="w6 {}",
        entity_sentences=("w7 w8, w9",),
    )
    with pytest.MonkeyPatch.context() as patch, listening(config) as at:
        strangers = watch_connections(patch)
        models = load_page_models(config, exported_folder, finetuned_folder, LENIENT)
        running = server(Page(models, config, read_card(models.source), load_texts()), config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [at]})
        thread.start()
        yield ServedPage(config, f"http://127.0.0.1:{config.port}/", strangers)
        running.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def unused_port() -> int:
    return free_port()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def watch_connections(patch: pytest.MonkeyPatch) -> list[str]:
    """The hosts beyond this machine that this process turns to from here on."""
    strangers: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def note(host: object) -> None:
        if str(host) not in {"127.0.0.1", "localhost", "::1", "None"}:
            strangers.append(str(host))

    def watched_connect(this, address):
        if this.family in {socket.AF_INET, socket.AF_INET6}:
            note(address[0])
        return connect(this, address)

    def watched_look_up(host, *args, **kwargs):
        note(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", watched_connect)
    patch.setattr(socket, "getaddrinfo", watched_look_up)
    return strangers
