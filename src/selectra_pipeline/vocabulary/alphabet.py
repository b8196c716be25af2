"""The characters that have vocabulary entries of their own, and the audit of accents."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.words import MAX_WORD_CHARACTERS

CONTINUATION = "##"


@dataclass(frozen=True)
class Alphabet:
    """The characters of a vocabulary.

    Attributes:
        characters: what may begin a word, sorted by code point.
        continuations: those of them that also occur inside a word, sorted; entries "##x".
    """

    characters: tuple[str, ...]
    continuations: tuple[str, ...]

    @property
    def entries(self) -> list[str]:
        """The entries that every vocabulary with this alphabet begins with."""
        inner = [CONTINUATION + character for character in self.continuations]
        return [*SPECIAL_TOKENS, *self.characters, *inner]

    def spells(self, word: str) -> bool:
        """Whether a word can be encoded at all; one that can't is [UNK], and teaches nothing."""
        return len(word) <= MAX_WORD_CHARACTERS and set(word).issubset(self.characters)


def choose_alphabet(words: Mapping[str, int], limit: int) -> Alphabet:
    """The `limit` most frequent characters of counted words; ties go to the lower code point."""
    counts: Counter[str] = Counter()
    inside: set[str] = set()
    for word, count in words.items():
        for character in word:
            counts[character] += count
        inside.update(word[1:])
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    kept = sorted(ranked[:limit])
    return Alphabet(tuple(kept), tuple(character for character in kept if character in inside))


def has_diacritic(token: str) -> bool:
    """Whether a token holds a combining mark when decomposed: á, ü, and ñ too."""
    decomposed = unicodedata.normalize("NFD", token)
    return any(unicodedata.category(character) == "Mn" for character in decomposed)


def accented_entries(vocabulary: Sequence[str]) -> np.ndarray:
    """Which entries carry a diacritic. Returns bool [size], in id order."""
    return np.array([has_diacritic(entry) for entry in vocabulary], dtype=bool)
