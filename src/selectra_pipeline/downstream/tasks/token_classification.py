"""A tag for every word of a sentence, learned and predicted at the word's first piece."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import keras
import numpy as np
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.task import SplitName, TaskConfig
from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.downstream.heads import TokenClassificationHead
from selectra_pipeline.downstream.losses import cross_entropy
from selectra_pipeline.downstream.markdown import escaped
from selectra_pipeline.downstream.metrics.entities import (
    OUTSIDE,
    EntityScores,
    entities,
    entity_scores,
    tag_accuracy,
)
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.tasks.labels import check_classes, check_labels
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.tasks.words import TaggedSentence, entity_labels
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

NO_TAG = ""  # of a word that the model did not see, where there is no `O`


@dataclass(frozen=True)
class TokenExample(Example):
    """One sentence.

    Attributes:
        labels: of each id; `IGNORED` but for the first piece of a word.
        words: which word of the sentence each label stands for, ascending. A word without a piece
            (control characters only) or beyond the length is missing.
    """

    words: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class TokenClassification:
    """See `TaskType`. The prediction for a row is a list of tags, one a word.

    Args:
        has_entities: whether tags are `O`, `B-type`, `I-type`, and entities are scored.
    """

    label_names: tuple[str, ...]
    has_entities: bool = True

    label_spec: ClassVar = tf.TensorSpec([None, None], tf.int32)
    hugging_face_class: ClassVar = "ElectraForTokenClassification"
    problem_type: ClassVar = None

    @classmethod
    def create(cls, config: TaskConfig, rows: dict[SplitName, list[TaggedSentence]]) -> Self:
        """The task of the tags in train, or those that the configuration names.

        Raises:
            TaskDataError: a split has other tags, or there is only one.
        """
        found = {
            split: {tag for sentence in sentences for tag in sentence.tags}
            for split, sentences in rows.items()
        }
        if config.labels:
            names = config.labels
        elif config.entities:
            names = entity_labels(rows["train"])
        else:
            names = tuple(sorted(found["train"]))
        check_labels(found, names, config)
        if config.entities and OUTSIDE not in names:
            raise TaskDataError(f"labels of {config.name} lacks {OUTSIDE!r}; add it")
        return cls(check_classes(names, config), config.entities)

    def head(self, encoder: EncoderConfig) -> keras.layers.Layer:
        return TokenClassificationHead(encoder, len(self.label_names), dtype="float32", name="head")

    def loss(self, logits: tf.Tensor, labels: tf.Tensor, input_mask: tf.Tensor) -> tf.Tensor:
        return cross_entropy(logits, labels)

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.argmax(logits, axis=-1, output_type=tf.int32)  # [batch, seq]

    def examples(
        self, rows: Sequence[TaggedSentence], tokenizer: Tokenizer, max_length: int
    ) -> tuple[list[TokenExample], Truncation]:
        """One example a sentence."""
        number = {label: index for index, label in enumerate(self.label_names)}
        pieces = iter(tokenizer.encode_batch([word for row in rows for word in row.words]))
        examples, cut = [], 0
        for row in rows:
            of_words = list(itertools.islice(pieces, len(row.words)))
            cut += sum(map(len, of_words)) + 2 > max_length
            labels = [number[tag] for tag in row.tags]
            examples.append(_example(of_words, labels, tokenizer, max_length))
        missing = [_missing(row, example) for row, example in zip(rows, examples, strict=True)]
        lost_entities = 0
        if self.has_entities:
            lost_entities = sum(map(_entities_lost, rows, missing))
        return examples, Truncation(len(rows), cut, sum(map(len, missing)), lost_entities)

    def decode(
        self,
        rows: Sequence[TaggedSentence],
        examples: Sequence[TokenExample],
        outputs: Sequence[np.ndarray],
    ) -> list[list[str]]:
        """Tags of the sentences; a word that is lost gets `O`, which is wrong for other tags."""
        return [
            self._word_tags(example, predicted, len(row.words))
            for row, example, predicted in zip(rows, examples, outputs, strict=True)
        ]

    def score(self, rows: Sequence[TaggedSentence], predictions: Sequence[Sequence[str]]) -> Scores:
        """Accuracy of the words' tags; of entities F1, precision and recall, F1 of each type."""
        true = [row.tags for row in rows]
        if not self.has_entities:
            return Scores({"accuracy": tag_accuracy(true, predictions)})
        scores = entity_scores(true, predictions)
        overall = scores.overall
        return Scores(
            {
                "f1": overall.f1,
                "precision": overall.precision,
                "recall": overall.recall,
                "accuracy": scores.accuracy,
                **{f"f1_{kind}": score.f1 for kind, score in scores.by_type.items()},
            },
            _format_types(scores),
        )

    def _word_tags(
        self, example: TokenExample, predicted: Sequence[int], word_count: int
    ) -> list[str]:
        tags = [OUTSIDE if self.has_entities else NO_TAG] * word_count
        positions = [i for i, label in enumerate(example.labels) if label != IGNORED]
        for word, position in zip(example.words, positions, strict=True):
            tags[word] = self.label_names[predicted[position]]
        return tags


def _example(
    pieces: Sequence[list[int]], labels: Sequence[int], tokenizer: Tokenizer, max_length: int
) -> TokenExample:
    """Make an example of the pieces and the label of each word of a sentence."""
    ids, token_labels, words = [tokenizer.cls_id], [IGNORED], []
    for word, (word_ids, label) in enumerate(zip(pieces, labels, strict=True)):
        if word_ids and len(ids) < max_length - 1:
            ids += word_ids
            token_labels += [label] + [IGNORED] * (len(word_ids) - 1)
            words.append(word)
    ids, token_labels = ids[: max_length - 1], token_labels[: max_length - 1]
    return TokenExample([*ids, tokenizer.sep_id], [*token_labels, IGNORED], words=words)


def _missing(sentence: TaggedSentence, example: TokenExample) -> set[int]:
    """Words of the sentence that the example lacks."""
    return set(range(len(sentence.words))).difference(example.words)


def _entities_lost(sentence: TaggedSentence, missing: set[int]) -> int:
    """Entities of which a word is missing."""
    if not missing:
        return 0
    return sum(
        not missing.isdisjoint(range(entity.start, entity.end))
        for entity in entities(sentence.tags)
    )


def _format_types(scores: EntityScores) -> str:
    """The scores of each entity type as a Markdown table."""
    lines = ["| type | precision | recall | F1 | true |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind, score in {**scores.by_type, "all": scores.overall}.items():
        shares = " | ".join(f"{x:.4f}" for x in (score.precision, score.recall, score.f1))
        lines.append(f"| {escaped(kind)} | {shares} | {score.true} |")
    return "\n".join(lines) + "\n"
