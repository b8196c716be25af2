"""The unit of text that every stage of the corpus passes on."""

import hashlib
from dataclasses import dataclass

from selectra_pipeline.corpus.web_labels import WebLabels


@dataclass(frozen=True, slots=True)
class Document:
    """A piece of running text.

    Attributes:
        id: where it comes from, unique in its corpus ("novelas.txt.gz:17").
        text: paragraphs separated by one newline; no blank lines.
        labels: what the corpus itself says of the text, if it is one that does.
    """

    id: str
    text: str
    labels: WebLabels | None = None


def text_digest(text: str) -> bytes:
    """128-bit BLAKE2 digest of a text: the key of exact deduplication and of the held-out split."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
