import dataclasses

import pytest

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning import Rejection, clean
from selectra_pipeline.corpus.cleaning.plain_text import count_symbols
from selectra_pipeline.corpus.document import Document

PROSE = (
    "El camión cruzó la frontera cuando ya anochecía, y nadie en el pueblo supo decir después "
    "quién lo conducía ni qué llevaba bajo aquella lona verde."
)
CONFIG = CleaningConfig()


def reason(text, config=CONFIG):
    result = clean(Document("a", text), config)
    return result.reason if isinstance(result, Rejection) else None


def test_ordinary_prose_is_kept_as_it_is():
    assert clean(Document("a", PROSE), CONFIG) == Document("a", PROSE)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("too_short", PROSE[:99]),
        ("too_few_words", "electroencefalografistas " * 5 + "y otorrinolaringólogos"),
        ("long_words", " ".join(f"https://ejemplo.es/{i}" for i in range(20))),
        ("repeated_lines", "\n".join([PROSE, "Otra línea.", PROSE])),
        ("one_word", "muy " * 30 + PROSE),
        ("symbols", " ".join(f"{i} | {i + 1} = {i * i} |" for i in range(100, 140))),
    ],
)
def test_a_document_is_rejected_for_its_reason(expected, text):
    assert reason(text) == expected


def test_a_rejection_tells_the_number_the_limit_and_the_part_that_shows_it():
    line = "Esta línea se repite una y otra vez en la página."
    text = "\n".join([PROSE, line, line, line, line])
    found = clean(Document("a", text), CONFIG)
    share = 3 * len(line) / (len(PROSE) + 4 * len(line))
    assert found == Rejection("repeated_lines", f"{share:.4g}, at most 0.3", line)


def test_the_limits_themselves_are_allowed():
    exact = dataclasses.replace(
        CONFIG, min_characters=len(PROSE), min_words=len(PROSE.split()), max_top_word=3 / 27
    )
    assert reason(PROSE, exact) is None
    assert reason(PROSE[:-1], exact) == "too_short"


def test_a_play_may_repeat_the_names_of_its_speakers():
    lines = [f"Línea {i} del diálogo, que no es igual a ninguna otra." for i in range(20)]
    play = "\n".join(f"{('ATENAIDA', 'ARIMÁN')[i % 2]}\n{line}" for i, line in enumerate(lines))
    assert reason(play) is None


def test_an_empty_text_has_too_few_words_whatever_the_limits():
    assert reason("", CleaningConfig(min_characters=0, min_words=0)) == "too_few_words"


@pytest.mark.parametrize(
    "script", ["東京は日本の首都である、", "Москва — столица. ", "हिन्दी में लिखा "]
)
def test_letters_of_other_scripts_are_not_symbols(script):
    text = (script * 10).strip()
    assert count_symbols(text, enough=0) <= 0.4 * len(text)


def test_symbols_beyond_latin_1_are_counted_too():
    assert count_symbols("→ ★ ☎ ✓ casa 1", enough=0) == 5
