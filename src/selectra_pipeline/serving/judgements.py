"""What models of one kind say of the same rows, and how it is scored.

The units that are judged are texts (classifiers) or words (taggers, discriminators). Rows are what
was drawn from the world, so metrics are functions of the weight of each row: with all weights 1 the
metric itself, with others that of a resample.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import tensorflow as tf
from scipy.special import expit, softmax

from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.downstream.metrics.entities import entities
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.texts import TextRow, text_examples
from selectra_pipeline.downstream.tasks.token_classification import (
    TokenClassification,
    TokenExample,
)
from selectra_pipeline.downstream.tasks.words import TaggedSentence
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.serving.replaced_words import KEPT, REPLACED
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

Weighted = Callable[[np.ndarray], float]  # of weights, float [rows]


class Unit(NamedTuple):
    """What is judged, words[position] of a row or the whole row (None); and the truth of it."""

    row: int
    position: int | None
    truth: str


class Opinion(NamedTuple):
    """What one model says of all units.

    Attributes:
        predicted: of each unit.
        confidence: probability that the model gives it, float [units].
        metrics: from 0 to 1, by name; the one that is compared comes first.
        weighted: that one, of the weights of the rows.
    """

    predicted: list[str]
    confidence: np.ndarray
    metrics: dict[str, float]
    weighted: Weighted


class Answer(NamedTuple):
    """A model's logits for the examples of all rows, padding included, and its classes."""

    examples: Sequence[Example]
    logits: Sequence[np.ndarray]
    label_names: Sequence[str]


class Test(Protocol):
    """Rows with their truths, for models of one kind.

    Attributes:
        rows: what the models are given.
        label_spec: of the labels in a batch of examples; nothing looks at them.
    """

    rows: Sequence[TextRow] | Sequence[TaggedSentence]
    label_spec: tf.TensorSpec

    def examples(
        self, tokenizer: Tokenizer, max_length: int
    ) -> tuple[Sequence[Example], Truncation]:
        """One example a row, in order."""

    def judge(self, answers: Sequence[Answer]) -> tuple[list[Unit], list[Opinion]]:
        """The units that all models saw, and what each says of them."""


@dataclass(frozen=True)
class ClassifierTest:
    """Texts with a class each; compared by accuracy."""

    rows: Sequence[TextRow]
    label_names: tuple[str, ...]

    label_spec: ClassVar = Classification.label_spec

    def examples(self, tokenizer: Tokenizer, max_length: int) -> tuple[list[Example], Truncation]:
        return text_examples(self.rows, [IGNORED] * len(self.rows), tokenizer, max_length)

    def judge(self, answers: Sequence[Answer]) -> tuple[list[Unit], list[Opinion]]:
        units = [Unit(number, None, str(row.label)) for number, row in enumerate(self.rows)]
        return units, [self._opinion(answer) for answer in answers]

    def _opinion(self, answer: Answer) -> Opinion:
        probabilities = softmax(np.stack(answer.logits), axis=-1)  # [rows, classes]
        predicted = [answer.label_names[i] for i in probabilities.argmax(axis=-1)]
        right = np.array([p == row.label for p, row in zip(predicted, self.rows, strict=True)])
        scores = Classification(self.label_names).score(self.rows, predicted).metrics
        metrics = {name: scores[name] for name in ("accuracy", "macro_f1")}
        return Opinion(predicted, probabilities.max(axis=-1), metrics, _share(right, 1))


@dataclass(frozen=True)
class TaggerTest:
    """Words with a tag each; compared by the F1 of entities, or the accuracy of other tags."""

    rows: Sequence[TaggedSentence]
    label_names: tuple[str, ...]
    has_entities: bool = True

    label_spec: ClassVar = TokenClassification.label_spec

    @property
    def task(self) -> TokenClassification:
        return TokenClassification(self.label_names, self.has_entities)

    def examples(
        self, tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[TokenExample], Truncation]:
        return self.task.examples(self.rows, tokenizer, max_length)

    def judge(self, answers: Sequence[Answer]) -> tuple[list[Unit], list[Opinion]]:
        units = [
            Unit(number, position, tag)
            for number, row in enumerate(self.rows)
            for position, tag in enumerate(row.tags)
        ]
        return units, [self._opinion(answer) for answer in answers]

    def _opinion(self, answer: Answer) -> Opinion:
        """A word that the model did not see has the tag that `decode` gives it, and no confidence.

        That is `O`; where there is none, it is always wrong.
        """
        ours = {name: number for number, name in enumerate(self.label_names)}
        order = np.array([ours[name] for name in answer.label_names])
        best = [order[logits.argmax(axis=-1)] for logits in answer.logits]
        tags = self.task.decode(self.rows, answer.examples, best)
        confidence = []
        for row, example, logits in zip(self.rows, answer.examples, answer.logits, strict=True):
            sure = np.zeros(len(row.words))
            sure[example.words] = softmax(logits, axis=-1).max(axis=-1)[_firsts(example)]
            confidence.append(sure)
        scores = self.task.score(self.rows, tags).metrics
        names = ("f1", "precision", "recall", "accuracy") if self.has_entities else ("accuracy",)
        return Opinion(
            [tag for row_tags in tags for tag in row_tags],
            np.concatenate(confidence),
            {name: scores[name] for name in names},
            self._weighted(tags),
        )

    def _weighted(self, tags: Sequence[Sequence[str]]) -> Weighted:
        pairs = list(zip((row.tags for row in self.rows), tags, strict=True))
        if not self.has_entities:
            right = [sum(t == p for t, p in zip(*pair, strict=True)) for pair in pairs]
            return _share(np.array(right), np.array([len(true) for true, _ in pairs]))
        found = [(set(entities(true)), set(entities(predicted))) for true, predicted in pairs]
        correct = np.array([2 * len(true & predicted) for true, predicted in found])
        return _share(correct, np.array([len(true) + len(predicted) for true, predicted in found]))


@dataclass(frozen=True)
class DetectorTest:
    """Words that were replaced or kept; compared by the area under the ROC curve.

    A word's logit is the highest of its pieces': a word is replaced if a piece of it looks so.
    Words that one of the models did not see, for its length, are left out for all.
    """

    rows: Sequence[TaggedSentence]

    label_spec: ClassVar = TokenClassification.label_spec

    def examples(
        self, tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[TokenExample], Truncation]:
        task = TokenClassification((KEPT, REPLACED), has_entities=False)
        return task.examples(self.rows, tokenizer, max_length)

    def judge(self, answers: Sequence[Answer]) -> tuple[list[Unit], list[Opinion]]:
        logits = [_word_logits(answer) for answer in answers]  # by row and position
        seen = sorted(set.intersection(*(set(of_model) for of_model in logits)))
        units = [Unit(row, position, self.rows[row].tags[position]) for row, position in seen]
        return units, [
            self._opinion(units, np.array([of_model[place] for place in seen]))
            for of_model in logits
        ]

    def _opinion(self, units: Sequence[Unit], logits: np.ndarray) -> Opinion:
        rows = np.array([unit.row for unit in units])
        replaced = np.array([unit.truth == REPLACED for unit in units])
        flagged = logits > 0
        hits = (flagged & replaced).sum()
        weighted = weighted_auc(logits, replaced, rows)
        return Opinion(
            [REPLACED if flag else KEPT for flag in flagged],
            expit(np.abs(logits.astype(np.float64))),
            {
                "auc": weighted(np.ones(len(self.rows))),
                "accuracy": float((flagged == replaced).mean()),
                "precision": float(hits / max(1, flagged.sum())),
                "recall": float(hits / max(1, replaced.sum())),
            },
            weighted,
        )


def weighted_auc(scores: np.ndarray, positive: np.ndarray, rows: np.ndarray) -> Weighted:
    """Probability that a positive scores above a negative, ties half, of the weights of rows.

    scores: float [n]; positive: bool [n]; rows: int [n], the row of each. NaN where the weights
    leave only one class.
    """
    _, group = np.unique(scores, return_inverse=True)

    def area(weights: np.ndarray) -> float:
        of_unit = weights[rows].astype(np.float64)
        positives = np.bincount(group, of_unit * positive)  # of each score, ascending
        negatives = np.bincount(group, of_unit * ~positive)
        pairs = positives.sum() * negatives.sum()
        below = np.cumsum(negatives) - negatives / 2.0
        return float(positives @ below / pairs) if pairs else float("nan")

    return area


def _share(part: np.ndarray, whole: np.ndarray | int) -> Weighted:
    """The share of sums over rows; 0 of nothing."""

    def share(weights: np.ndarray) -> float:
        total = (weights * whole).sum()
        return float((weights * part).sum() / total) if total else 0.0

    return share


def _firsts(example: TokenExample) -> list[int]:
    """The position of the first piece of each word that the example has."""
    return [position for position, label in enumerate(example.labels) if label != IGNORED]


def _word_logits(answer: Answer) -> Mapping[tuple[int, int], float]:
    """The highest logit of the pieces of each word, by row and position."""
    found = {}
    for row, (example, logits) in enumerate(zip(answer.examples, answer.logits, strict=True)):
        firsts = _firsts(example)
        ends = [*firsts[1:], len(example.input_ids) - 1]  # [SEP] ends the last one
        for word, first, end in zip(example.words, firsts, ends, strict=True):
            found[row, word] = float(logits[first:end].max())
    return found
