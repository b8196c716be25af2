"""A corpus that needs no download: original Spanish about an invented world.

Hand-written texts come first, then documents of many genres composed by a grammar with
agreement and conjugation. A corpus is a pure function of its seed, and a larger one begins with
the documents of a smaller one.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.embedded.genres import write_document
from selectra_pipeline.corpus.embedded.surface import (
    AnnotatedDocument,
    EntitySpan,
    Sentence,
)
from selectra_pipeline.corpus.embedded.world import World

__all__ = [
    "AnnotatedDocument",
    "EntitySpan",
    "Sentence",
    "World",
    "generate_annotated",
    "generate_documents",
    "handwritten_documents",
]

_SENTENCE_END = re.compile(r"(?<=[.!?…»]) (?=[¿¡«—A-ZÁÉÍÓÚÑ])|\n")


def generate_documents(megabytes: float, seed: int) -> Iterator[Document]:
    """Documents until their texts make `megabytes` * 10^6 bytes of UTF-8 (the last may exceed it).

    Raises:
        ValueError: `megabytes` is not positive.
    """
    for annotated in generate_annotated(megabytes, seed):
        yield annotated.document


def generate_annotated(megabytes: float, seed: int) -> Iterator[AnnotatedDocument]:
    """The documents of `generate_documents` with their sentences, entity spans and facts.

    Hand-written texts (genre "texto") carry no entities or facts: they are not about the world.

    Raises:
        ValueError: `megabytes` is not positive.
    """
    if megabytes <= 0:
        raise ValueError(f"a corpus of {megabytes} megabytes is empty; ask for more than 0")
    missing = megabytes * 1_000_000
    for document in _all_documents(seed):
        yield document
        missing -= len(document.document.text.encode())
        if missing <= 0:
            return


def handwritten_documents() -> Iterator[AnnotatedDocument]:
    """The texts of texts/*.txt in the order of their names."""
    folder = files(__package__) / "texts"
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".txt")), key=_name):
        text = path.read_text(encoding="utf-8").strip()
        name = path.name.removesuffix(".txt")
        yield AnnotatedDocument(Document(f"embedded:texto-{name}", text), "texto", _sentences(text))


def _name(path) -> str:
    return path.name


def _sentences(text: str) -> tuple[tuple[int, Sentence], ...]:
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    return tuple((a, Sentence(text[a:b])) for a, b in zip(starts, ends, strict=True))


def _all_documents(seed: int) -> Iterator[AnnotatedDocument]:
    yield from handwritten_documents()
    world = World.build(seed)
    number = 0
    while True:
        yield write_document(world, seed, number)
        number += 1
