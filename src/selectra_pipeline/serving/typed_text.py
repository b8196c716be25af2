"""A text that a visitor of the page typed, split into words; and what can't be worked on."""

from typing import Literal, NamedTuple

from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import word_pattern

ProblemName = Literal[
    "blank",
    "none_replaceable",
    "too_long",
    "few_labels",
    "many_labels",
    "double_label",
    "slot",
    "long_hypothesis",
]


class InputProblem(Exception):
    """Something typed that no model can work on; the page tells it in its visitor's language.

    Attributes:
        name: of the text that says so (`page_texts`).
        values: what that text mentions.
    """

    def __init__(self, name: ProblemName, **values: str | int) -> None:
        super().__init__(name, values)
        self.name, self.values = name, values


class Word(NamedTuple):
    """text[start:end] of a typed text, and the ids of its pieces, at least one."""

    text: str
    start: int
    end: int
    ids: list[int]


class TypedText(NamedTuple):
    """What the model reads.

    Attributes:
        text: normalised, one line.
        is_changed: whether it is not what was typed, white space at the ends apart.
        words: of `text`; punctuation marks are words.
    """

    text: str
    is_changed: bool
    words: list[Word]


def read_typed(typed: str, tokenizer: Tokenizer, max_length: int) -> TypedText:
    """Split a text into the words that the tokenizer sees.

    Raises:
        InputProblem: no word, or more than `max_length` pieces with [CLS] and [SEP].
    """
    text = tokenizer.normalize(typed)
    matches = list(word_pattern().finditer(text))
    pieces = tokenizer.encode_batch([match[0] for match in matches])
    words = [
        Word(match[0], match.start(), match.end(), ids)
        for match, ids in zip(matches, pieces, strict=True)
    ]
    if not words:
        raise InputProblem("blank")
    length = sum(map(len, pieces)) + 2
    if length > max_length:
        raise InputProblem("too_long", pieces=length, limit=max_length)
    return TypedText(text, text != typed.strip(), words)
