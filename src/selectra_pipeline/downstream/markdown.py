"""Texts of unknown content in Markdown: shown as they are, in a cell of a table."""

import re

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
ELLIPSIS = "…"


def escaped(text: str) -> str:
    """The text so that Markdown shows each of its characters, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def shortened(text: str, characters: int) -> str:
    """The text, its end cut off where it is longer."""
    return text if len(text) <= characters else text[: characters - 1] + ELLIPSIS
