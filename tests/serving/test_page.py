"""The page over HTTP on a loopback address, with tiny models."""

import json
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig

pytest.importorskip("gradio", reason='the page needs the extra "demo"')

from selectra_pipeline.serving.page import Page
from selectra_pipeline.serving.page_models import PageModels, load_page_models
from selectra_pipeline.serving.page_server import PageServerError, listening, serve
from selectra_pipeline.serving.page_texts import load_texts


@pytest.fixture(scope="module")
def ask(served_page) -> Callable[..., list]:
    """Calls a function of the page, and gives all that it shows for it."""

    def asked(function: str, *inputs) -> list:
        address = f"{served_page.address}gradio_api/call/{function}"
        body = json.dumps({"data": inputs}).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with get(request) as answer:
            event = json.load(answer)["event_id"]
        with get(f"{address}/{event}") as answer:
            *_, told = answer.read().decode().strip().split("\n\n")
        name, data = told.split("\n", 1)
        assert name == "event: complete", told
        return [found for found in json.loads(data.removeprefix("data: ")) if found is not None]

    return asked


@pytest.fixture(scope="module")
def exported_models(exported_folder, tmp_path_factory) -> PageModels:
    """The discriminator alone."""
    none = tmp_path_factory.mktemp("none")
    return load_page_models(DemoConfig(), exported_folder, none, VocabularyConfig())


def get(address: str | urllib.request.Request):
    return urllib.request.urlopen(address, timeout=20)


def test_words_are_judged_in_the_chosen_language(ask):
    (spanish,) = ask("replaced_words", "El camión [CLS] cruzó", "es")
    (english,) = ask("replaced_words", "El camión [CLS] cruzó", "en")
    words = ["El", "camión", "[", "CLS", "]", "cruzó"]  # [CLS] that was typed is but text
    assert re.findall(r'class="text">([^<]*)<', spanish) == words
    assert re.findall(r'class="share">[^<]*\d\s%<', spanish)
    assert re.findall('col">(Fragmento|Piece)<', spanish + english) == ["Fragmento", "Piece"]


def test_a_word_is_put_in_at_random_and_judged(ask):
    sentence, html = ask("replace_at_random", "La frontera.", "es")
    (word,) = re.findall("Se ha metido en la frase: «(.*?)»", html)
    assert sentence == f"La {word}."
    assert f'class="text">{word}<' in html


def test_labels_and_entities_are_found(ask):
    (html,) = ask("labels", "w1 w2", "w3, w4", "w5 {}", False, "en")
    assert re.findall('scope="row">(w.)<', html) in (["w3", "w4"], ["w4", "w3"])
    (html,) = ask("entities", "w7 w8, w9", "en")
    assert "Types it knows: LOC, PER." in html


@pytest.mark.parametrize(
    ("inputs", "function", "told"),
    [
        (("",), "replaced_words", "No hay nada que analizar"),
        (("la " * 30,), "replaced_words", "tiene 32 fragmentos y el modelo lee 24"),
        (("de la",), "replace_at_random", "No hay ninguna palabra que se pueda cambiar"),
        (("la " * 30,), "replace_at_random", "tiene 32 fragmentos"),
        (("w1", "w2", "{}", False), "labels", "al menos 2"),
        (("",), "entities", "No hay nada que analizar"),
    ],
)
def test_what_cannot_be_worked_on_is_told_on_the_page(ask, inputs, function, told):
    *_, html = ask(function, *inputs, "es")
    assert told in html
    assert 'class="problem"' in html
    assert "Traceback" not in html


def test_what_is_typed_may_have_any_length(ask):
    (html,) = ask("replaced_words", "camión " * 50_000, "es")
    assert "tiene 50002 fragmentos" in html


def test_the_browser_is_told_to_stay_here(served_page):
    with get(served_page.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        body = answer.read().decode()
    assert policy.startswith("default-src 'self';")
    assert "http" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "fonts.googleapis.com" not in body


def test_files_of_this_machine_are_not_served(served_page):
    for path in ("gradio_api/file=/etc/passwd", "gradio_api/file=pyproject.toml", "docs"):
        with pytest.raises(urllib.error.HTTPError) as raised:
            get(served_page.address + path)
        assert raised.value.code in {403, 404}


@pytest.mark.parametrize("path", ["gradio_api/upload", "gradio_api/upload/", "upload"])
def test_no_files_are_taken(served_page, path):
    """Any page that the user visits could send them here."""
    boundary = "x"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\na\r\n'
    )
    sent = urllib.request.Request(
        served_page.address + path,
        data=f"{body}--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)
    assert caught.value.code == 404


def test_a_name_of_somebody_elses_is_no_way_in(served_page):
    sent = urllib.request.Request(served_page.address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)
    assert caught.value.code == 400


def test_an_address_in_use_is_an_error_before_models_are_loaded(served_page):
    port = served_page.config.port
    message = rf"at 127.0.0.1, port {port} \(Address already in use\); .*demo.port={port + 1}"
    with pytest.raises(PageServerError, match=message), listening(served_page.config):
        pass


def test_an_address_that_is_not_this_machines_is_an_error(unused_port):
    config = DemoConfig(host="203.0.113.7", port=unused_port)  # of documentation, nobody's
    message = r"\(Cannot assign requested address\); .* demo.host be an address of this machine"
    with pytest.raises(PageServerError, match=message), listening(config):
        pass


def test_an_address_that_others_reach_is_warned_of(caplog, unused_port):
    with listening(DemoConfig(host="0.0.0.0", port=unused_port)):
        assert "demo.host=0.0.0.0: whoever reaches this machine can use the page" in caplog.text
    caplog.clear()
    with listening(DemoConfig(port=unused_port)):
        assert not caplog.records


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_page_and_is_no_error(
    exported_models, unused_port, number, capsys, caplog
):
    config = DemoConfig(port=unused_port)
    page = Page(exported_models, config, None, load_texts())
    blows: list[int] = []  # signals that reach what was there before the page
    before = signal.signal(number, lambda *arguments: blows.append(arguments[0]))

    def visit_and_end() -> None:
        with get(f"http://127.0.0.1:{unused_port}/gradio_api/heartbeat/browser") as stream:
            stream.readline()  # an open page holds this stream until the server ends it
            os.kill(os.getpid(), number)
            stream.read()

    visitor = threading.Thread(target=visit_and_end)
    try:
        with listening(config) as at:
            visitor.start()
            serve(page, config, at)
    finally:
        signal.signal(number, before)
    visitor.join()
    assert blows == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert f"The page is open at http://127.0.0.1:{unused_port}/" in capsys.readouterr().out
    with pytest.raises(urllib.error.URLError):
        get(f"http://127.0.0.1:{unused_port}/")


def test_tabs_without_a_model_say_how_to_get_one(exported_models):
    for language, texts in load_texts().items():
        page = Page(exported_models, DemoConfig(language=language), None, load_texts())
        shown = [getattr(block, "value", None) for block in page.blocks.blocks.values()]
        assert {texts.labels.missing.strip(), texts.entities.missing.strip(), texts.no_card} <= {
            value for value in shown if isinstance(value, str)
        }


# Last, after all that was asked of the page.
def test_the_page_itself_turns_to_nobody_else(served_page):
    time.sleep(0.5)  # analytics would be sent by a thread
    assert served_page.strangers == []
