"""Why a document is dropped: the reasons, and what of a document is held against a limit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "labels/language": "the corpus says that it is in another language",
        "labels/uncertain_language": "the corpus is not certain of its language",
        "labels/quality_warning": "the corpus warns of its quality",
        "labels/category": "its site is on a list of addresses",
        "labels/harmful": "it is like adult text",
        "too_short": "few characters",
        "too_few_words": "few words",
        "long_words": "long words on average: tables, keys, addresses",
        "repeated_lines": "characters in lines that came before",
        "symbols": "characters that are no letters or common punctuation",
        "one_word": "one word is much of the text",
        "fineweb/unpunctuated_lines": "few lines end in terminal punctuation",
        "fineweb/short_lines": "most lines are short",
        "fineweb/repeated_characters": "characters in lines that came before",
        "fineweb/many_lines": "many line breaks for its words: lists",
        "gopher/too_few_words": "few words",
        "gopher/too_many_words": "many words",
        "gopher/short_words": "short words on average",
        "gopher/long_words": "long words on average",
        "gopher/hash_signs": "many hash signs",
        "gopher/ellipses": "many ellipses",
        "gopher/bullet_lines": "most lines are bullets",
        "gopher/ellipsis_lines": "many lines end in an ellipsis: extracts",
        "gopher/words_without_letters": "few of its words hold a letter",
        "gopher/too_few_stop_words": "few stop words: another language, or no sentences",
        "repetition/lines": "lines that came before",
        **{f"repetition/top_{n}_gram": f"one run of {n} words is much of it" for n in (2, 3, 4)},
        **{f"repetition/{n}_grams": f"runs of {n} words that came before" for n in range(5, 11)},
        "contaminated": "it holds text of an evaluation file",
        "duplicate": "its text came before",
        "near_duplicate": "it is almost equal to a larger one",
    }
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A dropped document.

    Attributes:
        reason: a key of `REASONS`.
        finding: what was found, and the limit: "0.41, at most 0.3"; empty if the reason says all.
        shown: the part of the text that shows why.
    """

    reason: str
    finding: str
    shown: str


class Measurement(NamedTuple):
    """A number that a document is judged by.

    Attributes:
        reason: of a rejection, if `value` is out of bounds.
        least, most: the bounds; both are allowed.
        shown: gives the part of the text that shows why, None where it is the beginning.
    """

    reason: str
    value: float
    least: float = -math.inf
    most: float = math.inf
    shown: Callable[[], str] | None = None

    @property
    def fails(self) -> bool:
        return not self.least <= self.value <= self.most

    def rejection(self, text: str) -> Rejection:
        """The rejection of `text`, which fails this measurement."""
        limit = f"at most {self.most:g}" if self.value > self.most else f"at least {self.least:g}"
        value = f"{self.value:.4g}" if self.value % 1 else f"{self.value:.0f}"
        shown = text if self.shown is None else self.shown()
        return Rejection(self.reason, f"{value}, {limit}", shown)
