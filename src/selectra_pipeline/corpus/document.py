"""The unit of text that every stage of the corpus passes on."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A piece of running text.

    Attributes:
        id: where it comes from, unique in its corpus ("novelas.txt.gz:17").
        text: paragraphs separated by one newline; no blank lines.
    """

    id: str
    text: str


def text_digest(text: str) -> bytes:
    """128-bit BLAKE2 digest of a text: the key of exact deduplication and of the held-out split."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
