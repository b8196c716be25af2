import random
import sys
import unicodedata

import pytest

from selectra_pipeline.corpus.normalization import normalize_document, normalize_line

EVERY_CHARACTER = list(map(chr, range(sys.maxunicode + 1)))
BLOCKS = [EVERY_CHARACTER[start : start + 256] for start in range(0, len(EVERY_CHARACTER), 256)]


def test_an_accent_written_as_a_combining_mark_becomes_one_letter():
    assert normalize_line("cami\u006f\u0301n, an\u0303o") == "camión, año"


def test_accents_and_case_are_kept():
    assert normalize_line("ÁÉÍÓÚ Ññ Üü ¿Qué?") == "ÁÉÍÓÚ Ññ Üü ¿Qué?"


@pytest.mark.parametrize(
    "separator",
    [
        *("\t", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85"),
        *("\u00a0", "\u2003", "\u2028", "\u2029", "\u202f", "\u3000"),
    ],
)
def test_line_controls_and_separators_become_a_space(separator):
    assert normalize_line(f"la{separator}casa") == "la casa"


@pytest.mark.parametrize(
    "invisible",
    ["\x00", "\x07", "\x7f", "\u00ad", "\u200b", "\ufeff", "\ue000", "\ufffd"],
)
def test_invisible_characters_are_deleted(invisible):
    assert normalize_line(f"ca{invisible}sa") == "casa"


def test_surrogates_without_their_half_are_deleted():
    assert normalize_line("ca\ud83dsa") == "casa"


def test_runs_of_spaces_shrink_and_the_ends_are_bare():
    assert normalize_line("  la \t  casa\u00a0 ") == "la casa"


def test_a_letter_and_an_accent_compose_when_what_parted_them_is_deleted():
    assert normalize_line("cafe\u200b\u0301") == "café"


def test_of_all_code_points_only_visible_ones_and_inner_spaces_remain():
    for block in BLOCKS:
        clean = normalize_line("|".join(block))
        assert clean.isprintable()
        assert "\ufffd" not in clean
        assert unicodedata.is_normalized("NFC", clean)


def test_every_separator_of_unicode_becomes_a_space():
    separators = [c for c in EVERY_CHARACTER if unicodedata.category(c)[0] == "Z"]
    assert {normalize_line(f"a{separator}b") for separator in separators} == {"a b"}


def test_normalising_twice_changes_nothing_for_any_code_point():
    for block in BLOCKS:
        once = normalize_line(" ".join(f"e{character}\u0301 {character}o" for character in block))
        assert normalize_line(once) == once


def test_normalising_twice_changes_nothing_for_random_texts():
    draw = random.Random(7)
    tricky = "aeon \n\r\t\u0301\u0303\u0323\u0308\u200b\u00a0\u2028\ufffd\u1100\u1161\u11a8\ud800"
    for _ in range(5_000):
        text = "".join(draw.choices([*tricky, draw.choice(EVERY_CHARACTER)], k=12))
        document = normalize_document(text)
        assert normalize_document(document) == document
        assert normalize_line(normalize_line(text)) == normalize_line(text)


def test_a_document_is_its_lines_without_the_empty_ones():
    assert normalize_document("uno \r\n\r\n\u200b\n  dos\u2028tres\n") == "uno\ndos tres"


def test_an_ordinary_document_is_left_as_it_is():
    text = "El camión cruzó la frontera.\n—¿Dónde? —preguntó."
    assert normalize_document(text) == text
