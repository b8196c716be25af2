"""What ingestion counts: the text that is kept, and the text that is not."""

import dataclasses
import json
import operator
import re
import unicodedata
from collections import Counter
from typing import Any, Self

from selectra_pipeline.corpus.cleaning import Edits, Rejection
from selectra_pipeline.corpus.cleaning.edits import QUOTED_CHARACTERS, add_examples
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.paths import Path

# Latin-1, Latin Extended-A, -B and Additional: every letter that is a base letter and a mark.
_ACCENTED_LETTER = re.compile(
    "["
    + "".join(
        character
        for character in map(chr, (*range(0x80, 0x250), *range(0x1E00, 0x1F00)))
        if character.isalpha() and len(unicodedata.normalize("NFD", character)) > 1
    )
    + "]"
)


def count_accented(text: str) -> int:
    """Latin letters with a diacritic (á, ñ, ü, ç) in an NFC text."""
    return len(_ACCENTED_LETTER.findall(text))


@dataclasses.dataclass
class TextCounts:
    """The size of some text: documents, code points, UTF-8 bytes, words, accented letters."""

    documents: int = 0
    characters: int = 0
    bytes: int = 0
    words: int = 0
    accented: int = 0

    def add(self, text: str) -> None:
        """Count a normalised document."""
        self.documents += 1
        self.characters += len(text)
        self.bytes += len(text.encode())
        self.words += 1 + text.count(" ") + text.count("\n")  # single separators: normalised
        self.accented += count_accented(text)

    def __add__(self, other: Self) -> Self:
        return type(self)(*map(operator.add, dataclasses.astuple(self), dataclasses.astuple(other)))

    def __sub__(self, other: Self) -> Self:
        return type(self)(*map(operator.sub, dataclasses.astuple(self), dataclasses.astuple(other)))


@dataclasses.dataclass
class Tally:
    """The counts of one task of ingestion, or of all.

    Attributes:
        read: documents that the sources gave.
        read_characters: code points of them, before normalisation.
        kept: size of each split.
        rejected: documents dropped, by reason.
        rejected_characters: code points of them, after normalisation.
        noted: documents that were kept in spite of a finding, by what it was.
        skipped: files, lines and records that could not be read, by reason.
        examples: the first rejected or noted documents of each reason.
        edits: what was changed within documents.
    """

    read: int = 0
    read_characters: int = 0
    kept: dict[str, TextCounts] = dataclasses.field(default_factory=dict)
    rejected: Counter[str] = dataclasses.field(default_factory=Counter)
    rejected_characters: Counter[str] = dataclasses.field(default_factory=Counter)
    noted: Counter[str] = dataclasses.field(default_factory=Counter)
    skipped: Counter[str] = dataclasses.field(default_factory=Counter)
    examples: dict[str, list[dict[str, str]]] = dataclasses.field(default_factory=dict)
    edits: Edits = dataclasses.field(default_factory=Edits)

    def reject(self, rejection: Rejection, document: Document, examples: int) -> None:
        """Count a dropped document; quote it if it is among the first `examples` of its reason."""
        self.rejected[rejection.reason] += 1
        self.rejected_characters[rejection.reason] += len(document.text)
        self._quote(rejection, document, examples)

    def note(self, finding: Rejection, document: Document, examples: int) -> None:
        """Count a document that is kept in spite of a finding, and quote it likewise."""
        self.noted[finding.reason] += 1
        self._quote(finding, document, examples)

    def _quote(self, rejection: Rejection, document: Document, examples: int) -> None:
        quoted = {"id": document.id, "text": rejection.shown[:QUOTED_CHARACTERS]}
        if rejection.finding:
            quoted["finding"] = rejection.finding
        add_examples(self.examples, {rejection.reason: [quoted]}, examples)

    def merge(self, later: Self, examples: int) -> None:
        """Add the counts of a task that comes later in the corpus.

        Merging the tallies of all tasks in their order gives what one task for all would count.
        """
        self.read += later.read
        self.read_characters += later.read_characters
        for name in ("rejected", "rejected_characters", "noted", "skipped"):
            getattr(self, name).update(getattr(later, name))
        for split, counts in later.kept.items():
            self.kept[split] = self.kept.get(split, TextCounts()) + counts
        add_examples(self.examples, later.examples, examples)
        self.edits.merge(later.edits)

    def save(self, path: Path) -> None:
        # Not dataclasses.asdict, which counts the items of a Counter.
        kept = {split: vars(counts) for split, counts in self.kept.items()}
        content = {**vars(self), "kept": kept, "edits": vars(self.edits)}
        write_text(path, json.dumps(content, ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        edits = content.pop("edits")
        counters = {
            name: Counter(content.pop(name))
            for name in ("rejected", "rejected_characters", "noted", "skipped")
        }
        kept = {split: TextCounts(**counts) for split, counts in content.pop("kept").items()}
        return cls(**content, **counters, kept=kept, edits=Edits.from_dict(edits))

    @property
    def accented_share(self) -> float:
        """Share of the characters kept that are accented letters: about 0.02 in Spanish prose."""
        characters = sum(counts.characters for counts in self.kept.values())
        accented = sum(counts.accented for counts in self.kept.values())
        return accented / characters if characters else 0.0

    def facts(self) -> dict[str, Any]:
        """The counts as JSON values, for the manifest."""
        return {
            "documents_read": self.read,
            "characters_read": self.read_characters,
            "kept": {split: dataclasses.asdict(counts) for split, counts in self.kept.items()},
            "rejected": dict(self.rejected.most_common()),
            "rejected_characters": dict(self.rejected_characters),
            "noted": dict(self.noted.most_common()),
            "skipped": dict(self.skipped.most_common()),
            "examples": self.examples,
            "edits": self.edits.facts(),
            "accented_share": round(self.accented_share, 6),
        }
