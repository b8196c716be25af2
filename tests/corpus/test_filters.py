import dataclasses

import pytest

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.filters import FILTERS, rejection

PROSE = (
    "El camión cruzó la frontera cuando ya anochecía, y nadie en el pueblo supo decir después "
    "quién lo conducía ni qué llevaba bajo aquella lona verde."
)
CONFIG = CleaningConfig()


def test_ordinary_prose_is_kept():
    assert rejection(PROSE, CONFIG) is None


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("too_short", PROSE[:99]),
        ("too_few_words", "electroencefalografistas " * 5 + "y otorrinolaringólogos"),
        ("long_words", " ".join(f"https://ejemplo.es/{i}" for i in range(20))),
        ("repeated_lines", "\n".join([PROSE, "Otra línea.", PROSE])),
        ("one_word", "muy " * 30 + PROSE),
        ("symbols", " ".join(f"{i} | {i + 1} = {i * i} |" for i in range(100, 140))),
    ],
)
def test_a_document_is_rejected_for_its_reason(reason, text):
    assert rejection(text, CONFIG) == reason


def test_every_reason_can_be_given():
    assert set(FILTERS) == {
        "too_short",
        "too_few_words",
        "long_words",
        "repeated_lines",
        "one_word",
        "symbols",
    }


def test_the_limits_themselves_are_allowed():
    exact = dataclasses.replace(
        CONFIG, min_characters=len(PROSE), min_words=len(PROSE.split()), max_top_word=3 / 27
    )
    assert rejection(PROSE, exact) is None
    assert rejection(PROSE[:-1], exact) == "too_short"


def test_a_play_may_repeat_the_names_of_its_speakers():
    lines = [f"Línea {i} del diálogo, que no es igual a ninguna otra." for i in range(20)]
    play = "\n".join(f"{('ATENAIDA', 'ARIMÁN')[i % 2]}\n{line}" for i, line in enumerate(lines))
    assert rejection(play, CONFIG) is None


def test_an_empty_text_has_too_few_words_whatever_the_limits():
    assert rejection("", CleaningConfig(min_characters=0, min_words=0)) == "too_few_words"


@pytest.mark.parametrize(
    "script", ["東京は日本の首都である、", "Москва — столица. ", "हिन्दी में लिखा "]
)
def test_letters_of_other_scripts_are_not_symbols(script):
    text = script * 10
    assert not FILTERS["symbols"](text, text.split(), CONFIG)


def test_symbols_beyond_latin_1_are_counted_too():
    text = "→ ★ ☎ ✓ casa " * 10
    assert FILTERS["symbols"](text, text.split(), CONFIG)
