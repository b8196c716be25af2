"""A number for a text, or for a pair of texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import keras
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.task import SplitName, TaskConfig
from selectra_pipeline.downstream.example import Example
from selectra_pipeline.downstream.heads import SequenceHead
from selectra_pipeline.downstream.losses import squared_error
from selectra_pipeline.downstream.metrics.correlation import pearson, spearman
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.tasks.texts import TextRow, text_examples
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


@dataclass(frozen=True)
class Regression:
    """See `TaskType`. The prediction for a row is a number, in the unit of the labels."""

    label_names: ClassVar[tuple[str, ...]] = ()
    label_spec: ClassVar = tf.TensorSpec([None], tf.float32)
    hugging_face_class: ClassVar = "ElectraForSequenceClassification"
    problem_type: ClassVar = "regression"

    @classmethod
    def create(cls, config: TaskConfig, rows: dict[SplitName, list[TextRow]]) -> Self:
        return cls()

    def head(self, encoder: EncoderConfig) -> keras.layers.Layer:
        return SequenceHead(encoder, 1, dtype="float32", name="head")

    def loss(self, logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
        return squared_error(self.outputs(logits), labels)

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.squeeze(logits, axis=-1)  # [batch, 1] -> [batch]

    def examples(
        self, rows: Sequence[TextRow], tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[Example], Truncation]:
        return text_examples(rows, [row.label for row in rows], tokenizer, max_length)

    def decode(
        self, rows: Sequence[TextRow], examples: Sequence[Example], outputs: Sequence[np.ndarray]
    ) -> list[float]:
        return [float(value) for value in outputs]

    def score(self, rows: Sequence[TextRow], predictions: Sequence[float]) -> Scores:
        """Pearson's and Spearman's correlation."""
        true = [row.label for row in rows]
        return Scores(
            {"pearson": pearson(true, predictions), "spearman": spearman(true, predictions)}
        )
