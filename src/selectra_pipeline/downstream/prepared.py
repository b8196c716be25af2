"""A split of a task as the model takes it: its rows, their examples, and these in batches."""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.prediction import AskedToStop, outputs_in_order
from selectra_pipeline.downstream.tasks.task_type import Scores, TaskType
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)


class PreparedSplit(NamedTuple):
    """Rows, the batches of their examples, and what of the rows is lost in these."""

    rows: Sequence[Any]
    batches: PackedBatches
    truncation: Truncation


def prepare(
    name: str, rows: Sequence[Any], task: TaskType, tokenizer: Tokenizer, config: FinetuningConfig
) -> PreparedSplit:
    """Make the examples of rows, of at most `config.max_length` ids, and tell what is lost.

    Args:
        name: of the split, for the log.
    """
    examples, truncation = task.examples(rows, tokenizer, config.max_length)
    logger.info("%s, max_length=%d: %s", name, config.max_length, truncation)
    batches = PackedBatches(examples, config.batch_size, config.max_length, task.label_spec)
    return PreparedSplit(rows, batches, truncation)


def predict(
    tuned: Finetuning, task: TaskType, split: PreparedSplit, asked_to_stop: AskedToStop
) -> list[Any] | None:
    """What the model says of each row, in the rows' terms; None if it gave up."""
    outputs = outputs_in_order(tuned.predict, split.batches, asked_to_stop)
    return None if outputs is None else task.decode(split.rows, split.batches.examples, outputs)


def evaluate(tuned: Finetuning, task: TaskType, split: PreparedSplit) -> Scores:
    """The scores of the model on a split."""
    return task.score(split.rows, predict(tuned, task, split, lambda: False))
