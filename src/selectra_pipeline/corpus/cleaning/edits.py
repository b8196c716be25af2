"""What cleaning changes inside the documents that it keeps."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

QUOTED_CHARACTERS = 200  # of an example


@dataclass
class Edits:
    """Lines taken out and personal data masked.

    Attributes:
        examples_per_kind: how many to quote.
        counts: how often, by kind: "line/cookies", "masked/email".
        characters: of what was taken out or masked, by kind.
        examples: the first of each kind.
    """

    examples_per_kind: int = 3
    counts: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, kind: str, document_id: str, text: str) -> None:
        """Count an edit of `text`; quote it if it is among the first of its kind."""
        self.counts[kind] += 1
        self.characters[kind] += len(text)
        if self.counts[kind] <= self.examples_per_kind:
            self.examples.setdefault(kind, []).append(
                {"id": document_id, "text": text[:QUOTED_CHARACTERS]}
            )

    def facts(self) -> dict[str, Any]:
        """The counts and examples as JSON values, for the manifest."""
        return {
            "counts": dict(self.counts.most_common()),
            "characters": dict(self.characters),
            "examples": self.examples,
        }
