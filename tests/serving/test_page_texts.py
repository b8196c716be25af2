import dataclasses
import re
from importlib.resources import files
from typing import get_args

import pytest
import yaml

from selectra_pipeline.config.demo import Language
from selectra_pipeline.serving.page_texts import LANGUAGES, load_texts
from selectra_pipeline.serving.typed_text import ProblemName

PLACE = re.compile(r"\{\w*\}")


def flat(texts, prefix=""):
    """Every text by its path."""
    found = {}
    for key, value in texts.items():
        found |= (
            flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        )
    return found


@pytest.fixture(scope="module")
def by_language():
    folder = files("selectra_pipeline.serving.page_texts")
    return {
        language: flat(yaml.safe_load((folder / f"{language}.yml").read_text(encoding="utf-8")))
        for language in LANGUAGES
    }


def test_every_language_that_may_be_configured_is_spoken():
    assert set(load_texts()) == set(LANGUAGES) == set(get_args(Language))


def test_all_languages_say_the_same_with_the_same_values(by_language):
    spanish, english = by_language["es"], by_language["en"]
    assert list(spanish) == list(english)
    for key, text in spanish.items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(english[key])), key


def test_no_text_is_empty_and_few_are_the_same_in_both_languages(by_language):
    assert all(text.strip() for texts in by_language.values() for text in texts.values())
    same = {key for key, text in by_language["es"].items() if by_language["en"][key] == text}
    assert same == {"replaced.mark"}


def test_every_problem_has_a_text():
    problems = {field.name for field in dataclasses.fields(load_texts()["es"].problems)}
    assert problems == set(get_args(ProblemName))


def test_no_text_is_there_for_nothing():
    package = files("selectra_pipeline.serving")
    sources = "".join(
        (package / name).read_text(encoding="utf-8") for name in ("page.py", "page_html.py")
    )
    said = {
        key.rpartition(".")[2]
        for key in flat(dataclasses.asdict(load_texts()["es"]))
        if not key.startswith("problems.")  # asked for by `InputProblem.name`
    }
    assert {name for name in said if f".{name}" not in sources} == set()
