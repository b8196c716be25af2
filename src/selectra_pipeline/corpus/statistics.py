"""What ingestion counts: the text that is kept, and the text that is not."""

import dataclasses
import re
import unicodedata
from collections import Counter
from typing import Any

from selectra_pipeline.corpus.cleaning import Edits, Rejection
from selectra_pipeline.corpus.cleaning.edits import QUOTED_CHARACTERS
from selectra_pipeline.corpus.document import Document

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


@dataclasses.dataclass
class Tally:
    """The counts of one ingestion.

    Attributes:
        read: documents that the sources gave.
        read_characters: code points of them, before normalisation.
        kept: size of each split.
        rejected: documents dropped, by reason.
        rejected_characters: code points of them, after normalisation.
        skipped: files, lines and records that could not be read, by reason.
        examples: the first rejected documents of each reason.
        edits: what was changed within documents.
    """

    read: int = 0
    read_characters: int = 0
    kept: dict[str, TextCounts] = dataclasses.field(default_factory=dict)
    rejected: Counter[str] = dataclasses.field(default_factory=Counter)
    rejected_characters: Counter[str] = dataclasses.field(default_factory=Counter)
    skipped: Counter[str] = dataclasses.field(default_factory=Counter)
    examples: dict[str, list[dict[str, str]]] = dataclasses.field(default_factory=dict)
    edits: Edits = dataclasses.field(default_factory=Edits)

    def keep(self, split: str, document: Document) -> None:
        """Count a document that goes into a split."""
        self.kept.setdefault(split, TextCounts()).add(document.text)

    def reject(self, rejection: Rejection, document: Document, examples: int) -> None:
        """Count a dropped document; quote it if it is among the first `examples` of its reason."""
        reason = rejection.reason
        self.rejected[reason] += 1
        self.rejected_characters[reason] += len(document.text)
        if self.rejected[reason] <= examples:
            quoted = {"id": document.id, "text": rejection.shown[:QUOTED_CHARACTERS]}
            if rejection.finding:
                quoted["finding"] = rejection.finding
            self.examples.setdefault(reason, []).append(quoted)

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
            "skipped": dict(self.skipped.most_common()),
            "examples": self.examples,
            "edits": self.edits.facts(),
            "accented_share": round(self.accented_share, 6),
        }
