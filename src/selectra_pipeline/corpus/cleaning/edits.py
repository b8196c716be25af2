"""What cleaning changes inside the documents that it keeps."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

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
        quoted = {"id": document_id, "text": text[:QUOTED_CHARACTERS]}
        add_examples(self.examples, {kind: [quoted]}, self.examples_per_kind)

    def merge(self, later: Self) -> None:
        """Add what was changed in documents that come later."""
        self.counts.update(later.counts)
        self.characters.update(later.characters)
        add_examples(self.examples, later.examples, self.examples_per_kind)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Of its attributes, after they were JSON."""
        counters = {name: Counter(content[name]) for name in ("counts", "characters")}
        return cls(content["examples_per_kind"], **counters, examples=content["examples"])

    def facts(self) -> dict[str, Any]:
        """The counts and examples as JSON values, for the manifest."""
        return {
            "counts": dict(self.counts.most_common()),
            "characters": dict(self.characters),
            "examples": self.examples,
        }


def add_examples(
    examples: dict[str, list[dict[str, str]]], later: dict[str, list[dict[str, str]]], limit: int
) -> None:
    """Append quoted documents of each kind, up to `limit` of a kind."""
    for kind, quoted in later.items():
        wanted = quoted[: limit - len(examples.get(kind, ()))]
        if wanted:
            examples.setdefault(kind, []).extend(wanted)
