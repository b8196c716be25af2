"""Words as BERT sees them: runs between white space and punctuation, normalised and counted."""

import functools
import itertools
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable

from selectra_pipeline.corpus.normalization import normalize_line

# A longer word is one [UNK]: the limit of Hugging Face's BERT tokenizers, so that exports agree.
MAX_WORD_CHARACTERS = 100

# Ideographs are words of one character (google-research/bert, `_is_chinese_char`).
IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)

# Distinct raw strings that are held before they are normalised: about 100 MB.
COUNTING_BUFFER = 1_000_000


def normalize(text: str, lowercase: bool = False, strip_accents: bool = False) -> str:
    """One line of NFC text without control characters, with single spaces.

    Lower-casing keeps accents; `strip_accents` takes every combining mark away ("año" -> "ano").
    """
    text = normalize_line(text)
    if lowercase:
        text = unicodedata.normalize("NFC", text.lower())
    if strip_accents:
        marked = unicodedata.normalize("NFD", text)
        bare = "".join(c for c in marked if unicodedata.category(c) != "Mn")
        text = unicodedata.normalize("NFC", bare)
    return text


def is_standalone(character: str) -> bool:
    """Whether a character is a word by itself: punctuation in BERT's sense, or an ideograph."""
    return _is_punctuation(character) or any(
        first <= ord(character) <= last for first, last in IDEOGRAPHS
    )


def _is_punctuation(character: str) -> bool:
    if (
        character < "\x80"
    ):  # all ASCII symbols count, "$" and "^" too, which Unicode does not call P
        return " " < character < "\x7f" and not character.isalnum()
    return unicodedata.category(character)[0] == "P"


def split_words(normalized: str) -> list[str]:
    """Split normalised text at spaces and around standalone characters, which are kept."""
    return word_pattern().findall(normalized)


@functools.cache
def word_pattern() -> re.Pattern[str]:
    """Matches one word of normalised text, or one standalone character."""
    codes = [code for code in range(sys.maxunicode + 1) if _is_punctuation(chr(code))]
    ranges = list(IDEOGRAPHS)
    # Consecutive codes have the same distance from their position in the list.
    for _, run in itertools.groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]):
        run_codes = [code for _, code in run]
        ranges.append((run_codes[0], run_codes[-1]))
    standalone = "".join(
        f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges
    )
    return re.compile(f"[{standalone}]|[^ {standalone}]+")


def count_words(
    texts: Iterable[str], lowercase: bool = False, strip_accents: bool = False
) -> Counter[str]:
    """Count the words of a stream of texts; punctuation and ideographs count as words.

    Strings between spaces are counted first and only the distinct ones are normalised and split:
    no step of the normalisation looks across a space. Memory grows with the distinct words only.
    """
    words: Counter[str] = Counter()
    raw: Counter[str] = Counter()
    for text in texts:
        raw.update(text.replace("\n", " ").split(" "))
        if len(raw) > COUNTING_BUFFER:
            _add_words(words, raw, lowercase, strip_accents)
            raw.clear()
    _add_words(words, raw, lowercase, strip_accents)
    return words


def _add_words(
    words: Counter[str], raw: Counter[str], lowercase: bool, strip_accents: bool
) -> None:
    for string, count in raw.items():
        for word in split_words(normalize(string, lowercase, strip_accents)):
            words[word] += count
