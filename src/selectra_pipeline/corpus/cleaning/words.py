"""Splitting text into words, as the filters of web text count them."""

import re

# Letters and digits with single signs (or "::") between them, the dash or slash before them and the
# full stop of an initial; "..."; "--"; any other sign alone. It stands for spaCy's rules
# for Spanish, on which FineWeb-2's thresholds were found, at 30 times their speed;
# benchmarks/cleaning.py counts the documents that are judged differently.
_WORD = re.compile(
    r"(?:(?<!\S)[-/][¿¡]?)?\w+(?:(?:[^\s\w]|::)\w+)*(?:(?<=\b[^\W\d_])\.)?"
    r"|\.{2,}|-{2,}|[^\w\s]"
)


def split_words(text: str) -> list[str]:
    """The words and punctuation marks of a text, in order."""
    return _WORD.findall(text)
