"""Against a second implementation, in the manner of the official scorer: one pass over tokens."""

import itertools
import random
from collections import Counter

import pytest

from selectra_pipeline.downstream.metrics.entities import Entity, Score, entities, entity_scores

TAGS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]


def begins(before: str, tag: str) -> bool:
    """Whether an entity begins at `tag`, by conlleval's table of prefixes and types."""
    if tag == "O":
        return False
    return before == "O" or tag[0] == "B" or before[2:] != tag[2:]


def ends(tag: str, after: str) -> bool:
    if tag == "O":
        return False
    return after == "O" or after[0] == "B" or after[2:] != tag[2:]


def count_by_tokens(true: list[list[str]], predicted: list[list[str]]) -> dict[str, list[int]]:
    """By type: entities correct, predicted, true; no entity is ever written down."""
    counts = {name: Counter() for name in ("correct", "predicted", "true")}
    for true_tags, predicted_tags in zip(true, predicted, strict=True):
        common = None  # the type of entities that have begun together and agree so far
        a, b = ["O", *true_tags, "O"], ["O", *predicted_tags, "O"]
        for i in range(1, len(a) - 1):
            starts = begins(a[i - 1], a[i]), begins(b[i - 1], b[i])
            counts["true"][a[i][2:]] += starts[0]
            counts["predicted"][b[i][2:]] += starts[1]
            if any(starts):
                common = a[i][2:] if all(starts) and a[i][2:] == b[i][2:] else None
            stops = ends(a[i], a[i + 1]), ends(b[i], b[i + 1])
            if common is not None and any(stops):
                counts["correct"][common] += all(stops)
                common = None
    return {
        kind: [counts[name][kind] for name in ("correct", "predicted", "true")]
        for kind in {tag[2:] for tags in (*true, *predicted) for tag in tags} - {""}
    }


def random_tags(draw: random.Random) -> list[str]:
    """Tags without any grammar: half of them are malformed somewhere."""
    return draw.choices(TAGS, k=draw.randint(0, 9))


def disturbed(draw: random.Random, tags: list[str]) -> list[str]:
    """The same tags, of which about a quarter are drawn again."""
    return [draw.choice(TAGS) if draw.random() < 0.25 else tag for tag in tags]


@pytest.mark.parametrize("seed", range(20))
def test_counts_equal_those_of_one_pass_over_the_tokens(seed):
    draw = random.Random(seed)
    true = [random_tags(draw) for _ in range(100)]
    predicted = [disturbed(draw, tags) for tags in true]
    scores = entity_scores(true, predicted)
    by_tokens = count_by_tokens(true, predicted)
    assert {kind: list(score) for kind, score in scores.by_type.items()} == by_tokens
    assert list(scores.overall) == [sum(column) for column in zip(*by_tokens.values(), strict=True)]
    assert scores.overall.correct > 0
    assert scores.overall.correct < scores.overall.true


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O B-PER I-PER O", [("PER", 1, 3)]),
        ("O I-PER O", [("PER", 1, 2)]),  # I- right after O
        ("I-PER", [("PER", 0, 1)]),  # I- at the start of a sentence
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("B-PER I-LOC I-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),  # another type begins anew
        ("I-PER O I-PER", [("PER", 0, 1), ("PER", 2, 3)]),
        ("B-LOC I-LOC B-LOC", [("LOC", 0, 2), ("LOC", 2, 3)]),
        ("O O", []),
        ("", []),
    ],
)
def test_where_entities_begin_and_end(tags, expected):
    assert entities(tags.split()) == [Entity(*entity) for entity in expected]


def test_an_entity_does_not_run_on_into_the_next_sentence():
    scores = entity_scores([["B-LOC"], ["I-LOC"]], [["B-LOC"], ["I-LOC"]])
    assert scores.overall == Score(correct=2, predicted=2, true=2)


def test_a_wrong_border_or_type_counts_as_a_miss_and_as_a_false_find():
    true = [["B-LOC", "I-LOC", "O", "B-PER"]]
    predicted = [["B-LOC", "O", "O", "B-LOC"]]
    scores = entity_scores(true, predicted)
    assert scores.overall == Score(correct=0, predicted=2, true=2)
    assert scores.by_type == {"LOC": Score(0, 2, 1), "PER": Score(0, 0, 1)}
    assert scores.accuracy == 0.5


def test_malformed_tags_of_the_same_entity_are_right():
    assert entity_scores([["B-LOC", "I-LOC"]], [["I-LOC", "I-LOC"]]).overall.f1 == 1.0


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    score = Score(correct=3, predicted=4, true=10)
    assert (score.precision, score.recall) == (0.75, 0.3)
    assert score.f1 == pytest.approx(2 * 0.75 * 0.3 / (0.75 + 0.3))


def test_finding_nothing_scores_0():
    scores = entity_scores([["B-LOC", "O"]], [["O", "O"]])
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (0, 0, 0)
    assert scores.accuracy == 0.5


def test_counts_are_the_same_on_all_pairs_of_short_sequences():
    """Every way to be malformed that three words of two types allow."""
    sequences = [list(tags) for tags in itertools.product(TAGS, repeat=3)]
    pairs = list(itertools.product(sequences, repeat=2))
    true, predicted = ([pair[side] for pair in pairs] for side in range(2))
    scores = entity_scores(true, predicted)
    assert {kind: list(score) for kind, score in scores.by_type.items()} == count_by_tokens(
        true, predicted
    )
