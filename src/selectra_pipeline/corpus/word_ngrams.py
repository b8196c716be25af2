"""Runs of words as 64-bit numbers, by which near-duplicates and leaks are found.

Words are runs of letters, digits and marks of NFC text; what lies between them does not count, nor
does case. Accents do not count either: a copy that lost its accents is still a copy.

datatrove normalises each character of a text and joins and hashes each of its n-grams: 3 MB/s
even where words are split by this regular expression. Here each distinct word is normalised and
hashed once, and n-grams are arithmetic on arrays: 15 MB/s.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator

import numpy as np

from selectra_pipeline.corpus.normalization import MARKS

WORD = re.compile(rf"\w[\w{MARKS}]*")
LARGEST_CACHE = 500_000  # distinct words that are kept with their hashes: about 70 MB
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of an earlier word is lost


def fold(word: str) -> str:
    """A word without case and diacritics: "Año" -> "ano"."""
    marked = unicodedata.normalize("NFD", word.casefold())
    return "".join(character for character in marked if not unicodedata.combining(character))


class WordHasher:
    """Hashes the words of texts: 64 bits each, the same in every process.

    Args:
        fold: turns a word into what it is compared by.
    """

    def __init__(self, fold: Callable[[str], str] = fold) -> None:
        self._hashes = _HashTable(fold)

    def hash_words(self, text: str) -> np.ndarray:
        """The hash of each word of a text. uint64 [words]."""
        if len(self._hashes) > LARGEST_CACHE:
            self._hashes.clear()
        words = WORD.findall(text)
        return np.fromiter(map(self._hashes.__getitem__, words), np.uint64, len(words))


class _HashTable(dict[str, int]):
    """Word -> hash, filled with what the texts contain."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, word: str) -> int:
        digest = hashlib.blake2b(self._fold(word).encode(), digest_size=8).digest()
        self[word] = value = int.from_bytes(digest, "little")
        return value


def ngram_hashes(words: np.ndarray, longest: int) -> Iterator[tuple[int, np.ndarray]]:
    """For each n from 1 to `longest`, n and the hashes of all n-grams, each made of the one before.

    A polynomial of the words' hashes modulo 2^64.

    Args:
        words: uint64 [words]
        longest: the largest n.

    Yields:
        n, uint64 [words - n + 1], or [0] where there are fewer than n words.
    """
    hashes = words
    for n in range(1, longest + 1):
        if n > 1:
            hashes = hashes[:-1] * MULTIPLIER
            hashes += words[n - 1 :]
        yield n, hashes
