"""The part of a context that answers a question, or that there is none (Devlin et al. 2019)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.task import AnswersConfig, SplitName, TaskConfig
from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.downstream.heads import SpanHead
from selectra_pipeline.downstream.losses import span_cross_entropy
from selectra_pipeline.downstream.metrics.answers import answer_f1, exact_match
from selectra_pipeline.downstream.tasks.offsets import Piece, located_pieces
from selectra_pipeline.downstream.tasks.questions import Answer, Question
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

NO_SPAN = [0, 0]  # [CLS]: no answer, or none in this window
UNKNOWN_SPAN = [IGNORED, IGNORED]  # there is an answer, but not in these words: nothing is learned


@dataclass(frozen=True)
class WindowExample(Example):
    """[CLS] question [SEP] part of the context [SEP].

    Attributes:
        labels: positions of the first and last piece of the answer; [CLS] where it is not here,
            `IGNORED` where the context has no such text.
        question: index of the row.
        pieces: of the part of the context, from `second_segment` on.
    """

    question: int = 0
    pieces: list[Piece] = field(default_factory=list)


class Candidate(NamedTuple):
    """context[start:end], and the sum of the logits of its first and last piece."""

    score: float
    start: int
    end: int


@dataclass(frozen=True)
class QuestionAnswering:
    """See `TaskType`. The prediction for a row is the text of the answer, "" for none.

    Args:
        may_have_no_answer: whether "" is ever given, as SQuAD 2.0 wants it.
    """

    settings: AnswersConfig = field(default_factory=AnswersConfig)
    may_have_no_answer: bool = False

    label_names: ClassVar[tuple[str, ...]] = ()
    label_spec: ClassVar = tf.TensorSpec([None, 2], tf.int32)
    hugging_face_class: ClassVar = "ElectraForQuestionAnswering"
    problem_type: ClassVar = None

    @classmethod
    def create(cls, config: TaskConfig, rows: dict[SplitName, list[Question]]) -> Self:
        return cls(config.answers, any(not row.answers for row in rows["train"]))

    def head(self, encoder: EncoderConfig) -> keras.layers.Layer:
        return SpanHead(encoder, dtype="float32", name="head")

    def loss(self, logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
        return span_cross_entropy(logits, labels, input_mask)

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        return logits  # [batch, seq, 2]

    def examples(
        self, rows: Sequence[Question], tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[WindowExample], Truncation]:
        """One example for each window of a context; two windows share `stride` pieces.

        Raises:
            ConfigError: no window is longer than the stride beside the longest question.
        """
        limit = self.settings.max_question_pieces
        questions = tokenizer.encode_batch([row.question for row in rows])
        contexts = {row.context: [] for row in rows}  # that of several questions is read once
        for context in contexts:
            contexts[context] = located_pieces(context, tokenizer)
        examples: list[WindowExample] = []
        words, lost_answers = 0, 0
        for number, (row, question) in enumerate(zip(rows, questions, strict=True)):
            lost = question[limit:]
            words += int((~tokenizer.continuation[lost]).sum()) if lost else 0
            head = [tokenizer.cls_id, *question[:limit], tokenizer.sep_id]
            pieces = contexts[row.context]
            span = _answer_span(row.answers, pieces)
            is_unknown = bool(row.answers) and span is None
            windows = self._windows(len(pieces), max_length - len(head) - 1)
            made = [
                WindowExample(
                    [*head, *(piece.id for piece in pieces[window]), tokenizer.sep_id],
                    UNKNOWN_SPAN if is_unknown else _positions(span, window, len(head)),
                    len(head),
                    number,
                    pieces[window],
                )
                for window in windows
            ]
            lost_answers += bool(row.answers) and all(
                e.labels in (NO_SPAN, UNKNOWN_SPAN) for e in made
            )
            examples += made
        cut = sum(len(question) > limit for question in questions)
        return examples, Truncation(
            len(rows), cut, words, windows=len(examples), answers=lost_answers
        )

    def decode(
        self,
        rows: Sequence[Question],
        examples: Sequence[WindowExample],
        outputs: Sequence[np.ndarray],
    ) -> list[str]:
        """The best answer over all windows of a question's context."""
        best = [Candidate(-np.inf, 0, 0)] * len(rows)
        null_scores = [np.inf] * len(rows)
        for example, logits in zip(examples, outputs, strict=True):
            number = example.question
            best[number] = max([best[number], *self._candidates(example, logits)])
            null_scores[number] = min(null_scores[number], float(logits[0].sum()))
        return [
            "" if self._has_no_answer(null, answer) else row.context[answer.start : answer.end]
            for row, answer, null in zip(rows, best, null_scores, strict=True)
        ]

    def score(self, rows: Sequence[Question], predictions: Sequence[str]) -> Scores:
        """Means of exact match and F1 over the questions."""
        metrics = {"f1": answer_f1, "exact_match": exact_match}
        truths = [[answer.text for answer in row.answers] for row in rows]
        return Scores(
            {
                name: float(
                    np.mean(
                        [
                            metric(prediction, texts, self.settings.articles)
                            for prediction, texts in zip(predictions, truths, strict=True)
                        ]
                    )
                )
                for name, metric in metrics.items()
            }
        )

    def _windows(self, count: int, room: int) -> list[slice]:
        """Parts of at most `room` of so many pieces, at least one."""
        if count <= room:
            return [slice(0, count)]
        step = room - self.settings.stride
        if step < 1:
            raise ConfigError(
                f"answers.stride={self.settings.stride} is not shorter than the {room} pieces of a "
                "context that fit in a window; lower it, or raise finetuning.max_length"
            )
        starts = range(0, count - self.settings.stride, step)
        return [slice(start, min(start + room, count)) for start in starts]

    def _candidates(self, example: WindowExample, logits: np.ndarray) -> Iterator[Candidate]:
        """The likely answers of a window."""
        first, count = example.second_segment, len(example.pieces)
        starts, ends = logits[first : first + count].T  # of the context alone
        likely = [np.argsort(-x, kind="stable")[: self.settings.candidates] for x in (starts, ends)]
        for start in likely[0].tolist():
            for end in likely[1].tolist():
                if start <= end < start + self.settings.max_answer_pieces:
                    yield Candidate(
                        float(starts[start] + ends[end]),
                        example.pieces[start].start,
                        example.pieces[end].end,
                    )

    def _has_no_answer(self, null_score: float, answer: Candidate) -> bool:
        return self.may_have_no_answer and (
            null_score > answer.score + self.settings.null_threshold
        )


def _answer_span(answers: Sequence[Answer], pieces: Sequence[Piece]) -> tuple[int, int] | None:
    """The first and the last piece of the first answer with a place; None without any."""
    answer = next((answer for answer in answers if answer.start is not None), None)
    if answer is None:
        return None
    start, end = answer.start, answer.start + len(answer.text)
    inside = [i for i, piece in enumerate(pieces) if piece.start < end and piece.end > start]
    return (inside[0], inside[-1]) if inside else None


def _positions(span: tuple[int, int] | None, window: slice, offset: int) -> list[int]:
    """Where a window that begins at position `offset` has the span, if it holds the whole."""
    if span is None or span[0] < window.start or span[1] >= window.stop:
        return NO_SPAN
    return [offset + piece - window.start for piece in span]
