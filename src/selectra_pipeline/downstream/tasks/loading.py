"""A task made ready: its rows read and checked, its type made for their labels."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from selectra_pipeline.config.task import SplitName, TaskConfig, TaskTypeName
from selectra_pipeline.downstream.reading.record import Record
from selectra_pipeline.downstream.reading.splits import read_split, read_splits
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.question_answering import QuestionAnswering
from selectra_pipeline.downstream.tasks.questions import read_questions
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.task_type import TaskType
from selectra_pipeline.downstream.tasks.texts import read_labelled_texts, read_scored_texts
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.downstream.tasks.words import read_sentences


class Task(NamedTuple):
    """A task with its rows.

    Attributes:
        rows: by split, typed as the task's type takes them.
        dropped: rows left out, by split and reason.
    """

    config: TaskConfig
    type: TaskType
    rows: dict[SplitName, list[Any]]
    dropped: dict[SplitName, dict[str, int]]


class _Parts(NamedTuple):
    """What belongs to the name of a task type."""

    read: Callable[[Sequence[Record], TaskConfig], list[Any]]
    create: Callable[[TaskConfig, dict[SplitName, list[Any]]], TaskType]


TYPES: dict[TaskTypeName, _Parts] = {
    "classification": _Parts(read_labelled_texts, Classification.create),
    "regression": _Parts(read_scored_texts, Regression.create),
    "token_classification": _Parts(read_sentences, TokenClassification.create),
    "question_answering": _Parts(read_questions, QuestionAnswering.create),
}


def load_task(config: TaskConfig) -> Task:
    """Read a task's files, those of the hub too if they are not there yet.

    Raises:
        TaskDataError: a file is missing or damaged, a split is empty, or a label in validation or
            test is not in train. The message says how to mend it.
    """
    parts, splits = TYPES[config.type], read_splits(config)
    rows = {split: parts.read(records, config) for split, records in splits.records.items()}
    return Task(config, parts.create(config, rows), rows, splits.dropped)


def load_rows(config: TaskConfig, split: SplitName) -> list[Any]:
    """The rows of one split, typed as the task's type takes them; the other splits are not read.

    Raises:
        TaskDataError: a file is missing or damaged, or the split is empty.
    """
    return TYPES[config.type].read(read_split(config, split)[0], config)
