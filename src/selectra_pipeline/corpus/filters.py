"""Which documents are not worth training on, and why.

One function for each reason; each answers "does the document fail?". The order is from the
cheapest to the dearest, and a document is rejected for the first reason that applies.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from selectra_pipeline.config.cleaning import CleaningConfig

COMMON_PUNCTUATION = ".,;:!?¡¿'\"()-–—…«»“”‘’"
# The vowel signs of Indic and Semitic scripts are marks, not letters, but belong to words.
_MARKS = "".join(chr(i) for i in range(0x110000) if unicodedata.category(chr(i)).startswith("M"))
_SYMBOL = re.compile(rf"[^\w\s{re.escape(COMMON_PUNCTUATION)}{_MARKS}]|[\d_]")
_LATIN_1_NOT_SYMBOLS = bytes(code for code in range(256) if not _SYMBOL.match(chr(code)))

Words = Sequence[str]


def too_short(text: str, words: Words, config: CleaningConfig) -> bool:
    """Fewer than `min_characters` characters."""
    return len(text) < config.min_characters


def too_few_words(text: str, words: Words, config: CleaningConfig) -> bool:
    """Fewer than `min_words` words, or none."""
    return len(words) < max(1, config.min_words)


def long_words(text: str, words: Words, config: CleaningConfig) -> bool:
    """Words longer than `max_word_length` characters on average: tables, keys, addresses."""
    return visible_characters(text, words) > config.max_word_length * len(words)


def repeated_lines(text: str, words: Words, config: CleaningConfig) -> bool:
    """Lines that repeat an earlier line hold more than the share `max_repeated_lines` of the text.

    The share is of characters, not of lines: a play repeats the names of its speakers on every
    other line, and a speech its "Gracias, señora presidenta."
    """
    lines = text.split("\n")
    if len(lines) == 1:
        return False
    characters = sum(map(len, lines))
    return characters - sum(map(len, set(lines))) > config.max_repeated_lines * characters


def one_word(text: str, words: Words, config: CleaningConfig) -> bool:
    """One word makes up more than the share `max_top_word` of all words."""
    return max(Counter(words).values(), default=0) > config.max_top_word * len(words)


def symbols(text: str, words: Words, config: CleaningConfig) -> bool:
    """More than the share `max_symbols` of the visible characters is no letter or punctuation."""
    limit = config.max_symbols * visible_characters(text, words)
    # Ordinary text is passed by a bound 20 times faster than counting: all that Latin-1 lacks
    # ("—", "日") is taken for a symbol.
    latin_1 = text.encode("latin-1", errors="ignore")
    beyond = len(text) - len(latin_1)
    if beyond + len(latin_1.translate(None, _LATIN_1_NOT_SYMBOLS)) <= limit:
        return False
    return len(_SYMBOL.findall(text)) > limit


FILTERS: Mapping[str, Callable[[str, Words, CleaningConfig], bool]] = MappingProxyType(
    {
        check.__name__: check
        for check in (too_short, too_few_words, long_words, repeated_lines, symbols, one_word)
    }
)


def visible_characters(text: str, words: Words) -> int:
    """Characters that are not white space: one stands between two words of a normalised text."""
    return len(text) - (len(words) - 1) if words else 0


def rejection(text: str, config: CleaningConfig) -> str | None:
    """The reason why a normalised document is dropped (a key of `FILTERS`), None if it is kept."""
    words = text.split()
    for reason, fails in FILTERS.items():
        if fails(text, words, config):
            return reason
    return None
