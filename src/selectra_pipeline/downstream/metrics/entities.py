"""Entities in tag sequences, and their F1, as CoNLL's official scorer (conlleval) defines both."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"


class Entity(NamedTuple):
    """words[start:end] of a sentence are an entity of this type."""

    type: str
    start: int
    end: int


class Score(NamedTuple):
    """Entities that were predicted with the right borders and type, of those predicted and true."""

    correct: int
    predicted: int
    true: int

    @property
    def precision(self) -> float:
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing is correct."""
        return 2 * self.correct / max(1, self.predicted + self.true)


class EntityScores(NamedTuple):
    """Scores over all sentences: all entities together, by type, and words with the right tag."""

    overall: Score
    by_type: dict[str, Score]
    accuracy: float


def entities(tags: Sequence[str]) -> list[Entity]:
    """The entities of one sentence's tags, in order.

    One begins at a `B-`, and also at an `I-` that does not go on with the entity before it: after
    `O`, after another type, or at the start of a sentence.
    """
    found: list[Entity] = []
    for position, tag in enumerate(tags):
        if tag == OUTSIDE:
            continue
        prefix, kind = split_tag(tag)
        last = found[-1] if found else None
        if prefix == "I" and last is not None and (last.type, last.end) == (kind, position):
            found[-1] = last._replace(end=position + 1)
        else:
            found.append(Entity(kind, position, position + 1))
    return found


def split_tag(tag: str) -> tuple[str, str]:
    """Prefix and type of a tag other than `O`: "B-LOC" -> ("B", "LOC")."""
    prefix, _, kind = tag.partition("-")
    return prefix, kind


def entity_scores(
    true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> EntityScores:
    """Score predicted tags, one sequence a sentence, against the true ones of the same lengths."""
    true_entities, predicted_entities = _numbered(true), _numbered(predicted)
    kinds = sorted({entity.type for _, entity in true_entities | predicted_entities})
    by_type = {
        kind: _score(_of_type(true_entities, kind), _of_type(predicted_entities, kind))
        for kind in kinds
    }
    return EntityScores(
        _score(true_entities, predicted_entities), by_type, tag_accuracy(true, predicted)
    )


def tag_accuracy(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """Share of the words whose tag is right; 0 without words."""
    pairs = [
        pair
        for sentences in zip(true, predicted, strict=True)
        for pair in zip(*sentences, strict=True)
    ]
    right = sum(true_tag == predicted_tag for true_tag, predicted_tag in pairs)
    return right / max(1, len(pairs))


def _numbered(sentences: Iterable[Sequence[str]]) -> set[tuple[int, Entity]]:
    return {(number, entity) for number, tags in enumerate(sentences) for entity in entities(tags)}


def _of_type(numbered: set[tuple[int, Entity]], kind: str) -> set[tuple[int, Entity]]:
    return {(number, entity) for number, entity in numbered if entity.type == kind}


def _score(true: set[tuple[int, Entity]], predicted: set[tuple[int, Entity]]) -> Score:
    return Score(len(true & predicted), len(predicted), len(true))
