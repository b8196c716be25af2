"""Filters for text of any source: cheap, and with limits that hardly any prose reaches."""

import re
from collections import Counter
from collections.abc import Iterator

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.rejection import Measurement
from selectra_pipeline.corpus.normalization import MARKS

COMMON_PUNCTUATION = ".,;:!?¡¿'\"()-–—…«»“”‘’"
_SYMBOL = re.compile(rf"[^\w\s{re.escape(COMMON_PUNCTUATION)}{MARKS}]|[\d_]")
_LATIN_1_NOT_SYMBOLS = bytes(code for code in range(256) if not _SYMBOL.match(chr(code)))


def plain_text(measured: MeasuredText, limits: CleaningConfig) -> Iterator[Measurement]:
    """Length, words, lines and symbols. A word is what stands between spaces."""
    text = measured.text
    yield Measurement("too_short", len(text), least=limits.min_characters)
    words = text.split()
    yield Measurement("too_few_words", len(words), least=max(1, limits.min_words))
    # One character of white space stands between two words of a normalised text.
    visible = len(text) - (len(words) - 1)
    yield Measurement("long_words", visible / len(words), most=limits.max_word_length)
    # The share is of characters, not of lines: a play repeats the names of its speakers on every
    # other line, and a speech its "Gracias, señora presidenta."
    yield Measurement(
        "repeated_lines",
        measured.repeated_line_characters / (len(text) - text.count("\n")),
        most=limits.max_repeated_lines,
        shown=measured.most_repeated_line,
    )
    symbols = count_symbols(text, enough=limits.max_symbols * visible)
    yield Measurement("symbols", symbols / visible, most=limits.max_symbols)
    word, count = Counter(words).most_common(1)[0]
    yield Measurement("one_word", count / len(words), most=limits.max_top_word, shown=lambda: word)


def count_symbols(text: str, enough: float) -> int:
    """Characters that are no letters, common punctuation or white space.

    Where an upper bound is at most `enough`, the bound: it is found 20 times faster. In it, all
    that Latin-1 lacks ("—", "日") is a symbol.
    """
    latin_1 = text.encode("latin-1", errors="ignore")
    bound = len(text) - len(latin_1) + len(latin_1.translate(None, _LATIN_1_NOT_SYMBOLS))
    return bound if bound <= enough else len(_SYMBOL.findall(text))
