"""What the tokenizer needs to know of each character, from Python's Unicode tables, as arrays.

A graph that looks characters up here does what `corpus.normalization` and `vocabulary.words` do
with them, whatever version of Unicode the server's libraries have.
"""

import functools
import sys
import unicodedata
from collections.abc import Callable
from enum import IntFlag
from typing import NamedTuple

import numpy as np

from selectra_pipeline.corpus.normalization import normalize_line
from selectra_pipeline.vocabulary.words import is_standalone

CODES = sys.maxunicode + 1
CAPITAL_SIGMA, FINAL_SIGMA = "Σ", "ς"
# Hangul vowels and final consonants, which compose with what is before them by rule, not by table.
HANGUL_JOINING = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))


class Trait(IntFlag):
    """What is true of a character; a byte holds all of it."""

    DELETED = 1
    SPACE = 2
    JOINS = 4  # with what is before it: NFC may compose or reorder the two
    DECOMPOSED = 8  # NFC changes it, whatever its neighbours
    STANDALONE = 16  # a word by itself
    CASED = 32
    CASE_IGNORABLE = 64


class Expansions(NamedTuple):
    """Characters that become other ones, any number of them.

    Attributes:
        codes: of the characters. int32 [n], ascending.
        values: what they become, one after the other. int32 [values].
        splits: where each one's begin in `values`. int64 [n + 1].
    """

    codes: np.ndarray
    values: np.ndarray
    splits: np.ndarray


@functools.cache
def traits() -> np.ndarray:
    """The `Trait`s of every code point, uint8 [0x110000]."""
    joining = _joining()
    table = np.zeros(CODES, np.uint8)
    for code in range(CODES):
        character = chr(code)
        normalized = normalize_line(f"x{character}x")
        if normalized == "xx":
            table[code] = Trait.DELETED
            continue
        if normalized == "x x":
            table[code] = Trait.SPACE
            continue
        composed = unicodedata.normalize("NFC", character)
        first = unicodedata.normalize("NFD", character)[0]
        table[code] = (
            Trait.JOINS * (unicodedata.combining(first) > 0 or first in joining)
            | Trait.DECOMPOSED * (composed != character)
            | Trait.STANDALONE * is_standalone(character)
            | _case_trait(character)
        )
    return table


@functools.cache
def lower_case() -> Expansions:
    """Characters that `str.lower` changes, where a capital sigma is not the last of its word."""
    return _expansions(str.lower)


@functools.cache
def without_accents() -> Expansions:
    """Characters that lose their combining marks."""
    return _expansions(_strip_accents)


def has_trait(table: np.ndarray, trait: Trait) -> np.ndarray:
    """Which entries of a table have a trait."""
    return (table & trait) > 0


def _joining() -> set[str]:
    """Characters that stand second in a composition."""
    found = set(map(chr, HANGUL_JOINING))
    for character in map(chr, range(CODES)):
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
    return found


def _case_trait(character: str) -> int:
    """As `str.lower` sees it, which asks both of what stands before a capital sigma."""

    def makes_final(before: str) -> bool:
        return (before + CAPITAL_SIGMA).lower().endswith(FINAL_SIGMA)

    if makes_final(character):
        return Trait.CASED
    return Trait.CASE_IGNORABLE if makes_final("A" + character) else 0


def _strip_accents(text: str) -> str:
    marked = unicodedata.normalize("NFD", text)
    return "".join(c for c in marked if unicodedata.category(c) != "Mn")


def _expansions(change: Callable[[str], str]) -> Expansions:
    kept = ~has_trait(traits(), Trait.DELETED | Trait.SPACE)
    changed = [(code, change(chr(code))) for code in np.flatnonzero(kept).tolist()]
    changed = [(code, text) for code, text in changed if text != chr(code)]
    return Expansions(
        np.array([code for code, _ in changed], np.int32),
        np.array([ord(c) for _, text in changed for c in text], np.int32),
        np.cumsum([0, *(len(text) for _, text in changed)], dtype=np.int64),
    )
