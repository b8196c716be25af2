"""The interface between a type of task and all that trains, predicts and reports."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import keras
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.downstream.example import Example
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

Row = TypeVar("Row")
Prediction = TypeVar("Prediction")


class Scores(NamedTuple):
    """Metrics by name, and what numbers by name can't say (a table), in Markdown or empty."""

    metrics: dict[str, float]
    details: str = ""


class Objective(Protocol):
    """What a training step needs to know of a task.

    Attributes:
        label_spec: of a batch's labels: its first axis is the batch, an axis of None behind it is
            as long as the batch's sequences. Sequences that fill up a batch hold `IGNORED` or NaN.
    """

    label_spec: tf.TensorSpec

    def loss(self, logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
        """Mean loss over what is labelled, a scalar; 0 without any. input_mask: [batch, seq]."""

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        """What `decode` needs of the logits [batch, ...], computed in the model's graph."""


class TaskType(Objective, Protocol[Row, Prediction]):
    """A type of task, made for the labels of one task.

    Attributes:
        label_names: the classes in the order of their numbers; empty where there are none.
        hugging_face_class: the class of transformers that the fine-tuned model is exported for.
        problem_type: what that class is told of its loss; None where it has but one.
    """

    label_names: tuple[str, ...]
    hugging_face_class: str
    problem_type: str | None

    def head(self, encoder: EncoderConfig) -> keras.layers.Layer:
        """The layer that makes logits of the encoder's states, not built, named "head"."""

    def examples(
        self, rows: Sequence[Row], tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[Any], Truncation]:
        """Examples of at most `max_length` ids, one a row or several, in the rows' order."""

    def decode(
        self, rows: Sequence[Row], examples: Sequence[Example], outputs: Sequence[np.ndarray]
    ) -> list[Prediction]:
        """What the outputs of the rows' examples say of each row, in the rows' own terms."""

    def score(self, rows: Sequence[Row], predictions: Sequence[Prediction]) -> Scores:
        """Metrics from 0 to 1 (correlations from -1); those in `METRICS` among them."""
