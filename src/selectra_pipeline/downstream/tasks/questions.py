"""Questions about a context that holds their answers."""

from collections.abc import Sequence
from typing import NamedTuple

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.reading.record import Record, TaskDataError


class Answer(NamedTuple):
    """A true answer; context[start : start + len(text)] is the text.

    `start` is None where the context does not hold the text.
    """

    text: str
    start: int | None


class Question(NamedTuple):
    """A question, its context, and its true answers: none means that it has no answer there."""

    question: str
    context: str
    answers: tuple[Answer, ...]


def read_questions(records: Sequence[Record], config: TaskConfig) -> list[Question]:
    """Rows with the columns question, context, and answers: {text: [...], answer_start: [...]}.

    Translated data have answers that do not stand where they say: the first place in the context
    that has their text is taken then.

    Raises:
        TaskDataError: a column is missing or no text.
    """
    return [_question(record) for record in records]


def _question(record: Record) -> Question:
    context, answers = record.text("context"), record.value("answers")
    try:
        pairs = list(zip(answers["text"], answers["answer_start"], strict=True))
        found = tuple(Answer(text, _start(context, text, start)) for text, start in pairs if text)
    except (TypeError, KeyError, ValueError):
        raise TaskDataError(
            f"{record.where}: answers is {answers!r:.60}, not a mapping of two lists of one "
            "length, text (texts) and answer_start (numbers)"
        ) from None
    return Question(record.text("question"), context, found)


def _start(context: str, text: str, start: int) -> int | None:
    if context.startswith(text, start):
        return start
    first = context.find(text)
    return None if first < 0 else first
