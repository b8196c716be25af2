"""Texts and pairs of texts with one label."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.example import Example
from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class TextRow(NamedTuple):
    """A text, the second one of a pair, and the name of its class or its value."""

    text: str
    second_text: str | None
    label: str | float


def read_labelled_texts(records: Sequence[Record], config: TaskConfig) -> list[TextRow]:
    """Rows with the name of a class.

    Raises:
        TaskDataError: a column is missing, or no text, or a row has no label.
    """
    column = config.columns.label
    has_names = any(isinstance(record.values.get(column), str) for record in records)
    return _read(records, config, partial(_class_name, has_names))


def read_scored_texts(records: Sequence[Record], config: TaskConfig) -> list[TextRow]:
    """Rows with a number.

    Raises:
        TaskDataError: a column is missing, or no text, or the label no number.
    """
    return _read(records, config, _number)


def _read(
    records: Sequence[Record], config: TaskConfig, label: Callable[[Record, str], str | float]
) -> list[TextRow]:
    names = config.columns
    return [
        TextRow(
            record.text(names.text),
            None if names.second_text is None else record.text(names.second_text),
            label(record, names.label),
        )
        for record in records
    ]


def _class_name(has_names: bool, record: Record, column: str) -> str:
    """The label, as it is written.

    An empty cell is none, nor is NaN, nor a number below 0 among names: of the hub's files, that is
    a row without a class.
    """
    name, value = record.text(column), record.value(column)
    is_number = isinstance(value, int | float)
    if not name.strip() or (is_number and (math.isnan(value) or (has_names and value < 0))):
        raise TaskDataError(
            f"{record.where}: {column} is {name!r}: the row has no label; mend it, or name the "
            "value in drop_values"
        )
    return name


def _number(record: Record, column: str) -> float:
    text = record.text(column)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TaskDataError(
            f"{record.where}: {column} is {text!r}, not a number as regression needs it; mend the "
            "row, name it in drop_values, or set type=classification"
        )
    return number


def text_examples(
    rows: Sequence[TextRow], labels: Sequence[int | float], tokenizer: Tokenizer, max_length: int
) -> tuple[list[Example], Truncation]:
    """One example a row: [CLS] text [SEP], and of pairs second text [SEP], as segment 1.

    A pair that is too long loses ends of the longer text until both fit.
    """
    firsts = tokenizer.encode_batch([row.text for row in rows])
    seconds = tokenizer.encode_batch([row.second_text or "" for row in rows])
    examples, cut, words = [], 0, 0
    for row, label, first, second in zip(rows, labels, firsts, seconds, strict=True):
        is_pair = row.second_text is not None
        room = max_length - (3 if is_pair else 2)
        kept = _fitting_lengths(len(first), len(second), room)
        lost = first[kept[0] :] + second[kept[1] :]
        cut += bool(lost)
        words += int((~tokenizer.continuation[lost]).sum()) if lost else 0
        ids = [tokenizer.cls_id, *first[: kept[0]], tokenizer.sep_id]
        start = len(ids) if is_pair else None
        if is_pair:
            ids += [*second[: kept[1]], tokenizer.sep_id]
        examples.append(Example(ids, label, start))
    return examples, Truncation(len(rows), cut, words)


def _fitting_lengths(first: int, second: int, room: int) -> tuple[int, int]:
    """What is left of two lengths when the longer one gives way until their sum fits."""
    if first + second <= room:
        return first, second
    # The shorter text keeps what it has, up to half of the room.
    if first < second:
        first = min(first, (room + 1) // 2)
        return first, room - first
    second = min(second, room // 2)
    return room - second, second
