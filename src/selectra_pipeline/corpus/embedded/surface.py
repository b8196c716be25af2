"""From marked-up phrases to written sentences, and from sentences to annotated documents.

While a sentence is being composed, an entity is marked inside the text by control characters;
`write` contracts (de el -> del), keeps euphony (y iglesia -> e iglesia), capitalises, and turns
the marks into character spans.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.embedded.world import LABELS, Fact

_OPEN, _SEPARATOR, _CLOSE = "\x02", "\x1f", "\x03"
_MARK = re.compile(f"{_OPEN}([^{_SEPARATOR}]*){_SEPARATOR}([^{_CLOSE}]*){_CLOSE}")
_HEAD = f"(?:{_OPEN}[^{_SEPARATOR}]*{_SEPARATOR})?"
_CONTRACTION = re.compile(r"\b([Dd]e|[Aa]) el\b")
_Y_BEFORE_I = re.compile(rf"\by (?={_HEAD}[«¿]?(?:[iíIÍ](?![aeo])|[hH][iíIÍ](?![aeo])))")
_O_BEFORE_O = re.compile(rf"\bo (?={_HEAD}[«¿]?(?:[hH]?[oóOÓ]|8|11\b))")
_SPACES = re.compile(r"[ \n]{2,}|\n")
_SPACE_BEFORE = re.compile(r" +(?=[,.;:?!»)…])")
_DOUBLED = re.compile(r"([.,;:])(?:\s*\1)+|(?<=[?!…])\.|,(?=[.;:])")
_ABBREVIATIONS = "Sr|Sra|Dr|Dra|D|núm|art|pág|tel|av|etc|aprox|min|máx"
_NEXT_LETTER = re.compile(rf"(\b(?:{_ABBREVIATIONS}))?([.!?…] [¿¡«]*)([a-záéíóúüñ])")
_FIRST_LETTER = re.compile(rf"^([^\w{_OPEN}]*)(\w)")


class EntitySpan(NamedTuple):
    """text[start:end] names the entity; label: PER, LOC, ORG or MISC."""

    start: int
    end: int
    label: str
    entity_id: str

    def shifted(self, offset: int) -> "EntitySpan":
        return self._replace(start=self.start + offset, end=self.end + offset)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A written sentence, the entities it names and the facts of the world that it states."""

    text: str
    entities: tuple[EntitySpan, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A document with its genre and sentences.

    Attributes:
        document: the text, paragraphs separated by one newline.
        genre: its kind ("biografía", "cuento", ...).
        sentences: (offset in the text, sentence), in order.
    """

    document: Document
    genre: str
    sentences: tuple[tuple[int, Sentence], ...]

    @property
    def entities(self) -> tuple[EntitySpan, ...]:
        """Entity spans in the coordinates of the document's text."""
        return tuple(e.shifted(offset) for offset, s in self.sentences for e in s.entities)

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for _, sentence in self.sentences for fact in sentence.facts)


def mark(entity_id: str, surface: str) -> str:
    """The name of an entity, to be put into a phrase."""
    return f"{_OPEN}{entity_id}{_SEPARATOR}{surface}{_CLOSE}"


def write(markup: str, facts: Iterable[Fact] = ()) -> Sentence:
    """The written sentence of a marked-up one."""
    text = _SPACES.sub(" ", markup).strip()
    text = _SPACE_BEFORE.sub("", text)
    text = _CONTRACTION.sub(lambda m: m[1] + "l", text)
    text = _Y_BEFORE_I.sub("e ", text)
    text = _O_BEFORE_O.sub("u ", text)
    text = _DOUBLED.sub(lambda m: m[1] or "", text)
    text = _FIRST_LETTER.sub(lambda m: m[1] + m[2].upper(), text)
    text = _NEXT_LETTER.sub(lambda m: m[0] if m[1] else m[2] + m[3].upper(), text)
    return _unmark(text, tuple(facts))


def _unmark(text: str, facts: tuple[Fact, ...]) -> Sentence:
    if _OPEN not in text:
        return Sentence(text, (), facts)
    plain, spans, at, length = [], [], 0, 0
    for match in _MARK.finditer(text):
        before, name = text[at : match.start()], match[2]
        start = length + len(before)
        spans.append(EntitySpan(start, start + len(name), LABELS[match[1][:3]], match[1]))
        plain += before, name
        length = start + len(name)
        at = match.end()
    plain.append(text[at:])
    return Sentence("".join(plain), tuple(spans), facts)


def compose(doc_id: str, genre: str, paragraphs: list[list[Sentence]]) -> AnnotatedDocument:
    """Sentences joined by spaces into paragraphs, paragraphs by newlines into a document."""
    placed, lines, offset = [], [], 0
    for paragraph in filter(None, paragraphs):
        for sentence in paragraph:
            placed.append((offset, sentence))
            offset += len(sentence.text) + 1
        lines.append(" ".join(sentence.text for sentence in paragraph))
    return AnnotatedDocument(Document(doc_id, "\n".join(lines)), genre, tuple(placed))
