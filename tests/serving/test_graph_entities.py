import random

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.downstream.metrics.entities import entities
from selectra_pipeline.serving.graph_entities import TaggedWords, entity_spans

LABELS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


def spans_of(sentences: list[list[str]]) -> list[tuple]:
    """Row, type, first word, word behind the last, and score; words are one character long."""
    rows = [row for row, tags in enumerate(sentences) for _ in tags]
    places = [place for tags in sentences for place in range(len(tags))]
    words = TaggedWords(
        tf.constant(rows, tf.int64),
        tf.constant(places, tf.int32),
        tf.constant([place + 1 for place in places], tf.int32),
        tf.constant([LABELS.index(tag) for tags in sentences for tag in tags], tf.int32),
        tf.constant([place / 10 for place in places], tf.float32),
    )
    spans = entity_spans(words, LABELS)
    columns = (spans.rows, spans.labels, spans.begins, spans.ends, spans.scores)
    return list(zip(*(column.numpy().tolist() for column in columns), strict=True))


def test_random_tags_have_the_entities_that_are_scored():
    draw = random.Random(2)
    sentences = [draw.choices(LABELS, k=draw.randrange(9)) for _ in range(2000)]
    expected = [
        (row, entity.type.encode(), entity.start, entity.end)
        for row, tags in enumerate(sentences)
        for entity in entities(tags)
    ]
    assert [span[:4] for span in spans_of(sentences)] == expected


@pytest.mark.parametrize("sentences", [[], [[]], [["O", "O"], []]])
def test_without_a_tag_there_is_no_entity(sentences):
    assert spans_of(sentences) == []


def test_the_score_is_the_mean_over_the_words():
    (span,) = spans_of([["O", "B-LOC", "I-LOC", "I-LOC"]])
    assert span[-1] == pytest.approx(np.mean([0.1, 0.2, 0.3]))
