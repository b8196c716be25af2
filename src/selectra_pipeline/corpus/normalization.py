"""The one normaliser of text: what every later stage, and the tokenizer, may rely on.

After it a text is in Unicode form NFC and holds no character that cannot be seen except single
spaces (and, in documents, newlines). Accents are never touched: "e" + U+0301 becomes "é", not "e".
Normalising twice changes nothing.
"""

import unicodedata

REPLACEMENT_CHARACTER = "\ufffd"  # stands where a decoder failed: it carries no text
# The vowel signs of Indic and Semitic scripts are marks, not letters, but belong to words; \w has
# none of them. To stand inside the brackets of a regular expression, which takes ten times as long
# where they are not of the first plane alone.
FIRST_PLANE = range(0x10000)
MARKS = "".join(c for c in map(chr, FIRST_PLANE) if unicodedata.category(c).startswith("M"))
DELETED_CATEGORIES = ("Cc", "Cf", "Cn", "Co", "Cs")  # control, format, unassigned, private, ...


class _CharacterTable(dict[int, str | None]):
    """Code point -> its replacement, for `str.translate`; filled with what the corpus contains."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        replacement: str | None = character
        if character.isspace():  # line controls and all separators (Zs, Zl, Zp)
            replacement = " "
        elif unicodedata.category(character) in DELETED_CATEGORIES or code == 0xFFFD:
            replacement = None
        self[code] = replacement
        return replacement


_CHARACTERS = _CharacterTable()


def normalize_line(text: str) -> str:
    """One line of clean text: NFC, no invisible characters, single spaces, none at the ends.

    Control, format, unassigned, private-use and surrogate characters and U+FFFD are deleted; line
    controls (tab, newline, ...) and separators (no-break space, U+2028, ...) become a space.
    """
    # `isprintable` is false for exactly the categories C* and Z*, the ASCII space excepted.
    if not text.isprintable() or REPLACEMENT_CHARACTER in text:
        text = text.translate(_CHARACTERS)
    # After the deletions: taking out what stood between "e" and an accent lets the two compose.
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "  " in text:
        return " ".join(text.split())
    return text.strip(" ")


def normalize_document(text: str) -> str:
    r"""Normalised lines joined with one newline; lines end at "\n" or "\r\n"; none is empty."""
    return "\n".join(filter(None, map(normalize_line, text.split("\n"))))
