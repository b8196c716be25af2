"""The class of a text, or of a pair of texts."""

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
from selectra_pipeline.downstream.losses import cross_entropy
from selectra_pipeline.downstream.metrics.classes import (
    accuracy,
    class_f1,
    confusion_matrix,
    format_confusion,
    macro_f1,
)
from selectra_pipeline.downstream.tasks.labels import check_classes, check_labels
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.tasks.texts import TextRow, text_examples
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


@dataclass(frozen=True)
class Classification:
    """See `TaskType`. The prediction for a row is the name of a class."""

    label_names: tuple[str, ...]

    label_spec: ClassVar = tf.TensorSpec([None], tf.int32)
    hugging_face_class: ClassVar = "ElectraForSequenceClassification"
    problem_type: ClassVar = "single_label_classification"

    @classmethod
    def create(cls, config: TaskConfig, rows: dict[SplitName, list[TextRow]]) -> Self:
        """The task of the labels in train, or those that the configuration names.

        Raises:
            TaskDataError: a split has other labels, or there is only one.
        """
        found = {split: [row.label for row in split_rows] for split, split_rows in rows.items()}
        names = config.labels or tuple(sorted(set(found["train"])))
        check_labels(found, names, config)
        return cls(check_classes(names, config))

    def head(self, encoder: EncoderConfig) -> keras.layers.Layer:
        return SequenceHead(encoder, len(self.label_names), dtype="float32", name="head")

    def loss(self, logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
        return cross_entropy(logits, labels)

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        return logits  # [batch, classes]

    def examples(
        self, rows: Sequence[TextRow], tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[Example], Truncation]:
        number = {name: index for index, name in enumerate(self.label_names)}
        return text_examples(rows, [number[row.label] for row in rows], tokenizer, max_length)

    def decode(
        self, rows: Sequence[TextRow], examples: Sequence[Example], outputs: Sequence[np.ndarray]
    ) -> list[str]:
        return [self.label_names[int(np.argmax(logits))] for logits in outputs]

    def score(self, rows: Sequence[TextRow], predictions: Sequence[str]) -> Scores:
        """Accuracy, macro F1 and F1 of each class; the confusion matrix as details."""
        confusion = confusion_matrix(self.label_names, [row.label for row in rows], predictions)
        by_class = zip(self.label_names, class_f1(confusion).tolist(), strict=True)
        return Scores(
            {
                "accuracy": accuracy(confusion),
                "macro_f1": macro_f1(confusion),
                **{f"f1_{name}": score for name, score in by_class if np.isfinite(score)},
            },
            format_confusion(self.label_names, confusion),
        )
