import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.tasks.texts import TextRow
from selectra_pipeline.downstream.tasks.words import TaggedSentence
from selectra_pipeline.pretraining.evaluation import area_under_roc
from selectra_pipeline.serving.judgements import (
    Answer,
    ClassifierTest,
    DetectorTest,
    TaggerTest,
    weighted_auc,
)
from selectra_pipeline.serving.replaced_words import KEPT, REPLACED
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "uno", "dos", "tres", "ca", "##sa"])
LENGTH = 8


def answer(test, logits_of_words, label_names=(), max_length=LENGTH) -> Answer:
    """An answer with the given logits at the first piece of each word, and 0 elsewhere."""
    examples, _ = test.examples(TOKENIZER, max_length)
    logits = []
    for example, of_words in zip(examples, logits_of_words, strict=True):
        made = np.zeros((LENGTH, *np.shape(of_words)[1:]), np.float32)
        firsts = [i for i, label in enumerate(example.labels) if label != -1]
        made[firsts] = np.array(of_words)[example.words]
        logits.append(made)
    return Answer(examples, logits, label_names)


def test_classes_are_compared_by_name_whatever_their_numbers():
    rows = [TextRow("uno", None, "a"), TextRow("dos", None, "b"), TextRow("tres", None, "a")]
    test = ClassifierTest(rows, ("a", "b"))
    examples, _ = test.examples(TOKENIZER, LENGTH)
    logits = [np.array(row, np.float32) for row in ([2, 0], [3, 0], [0, 1])]
    units, opinions = test.judge(
        [Answer(examples, logits, ("a", "b")), Answer(examples, logits, ("b", "a"))]
    )
    assert [unit.truth for unit in units] == ["a", "b", "a"]
    assert opinions[0].predicted == ["a", "a", "b"]
    assert opinions[1].predicted == ["b", "b", "a"]
    assert opinions[0].metrics["accuracy"] == pytest.approx(1 / 3)
    assert opinions[1].metrics["accuracy"] == pytest.approx(2 / 3)
    np.testing.assert_allclose(opinions[0].confidence, [0.8808, 0.9526, 0.7311], atol=1e-4)
    assert opinions[0].weighted(np.array([2, 1, 1])) == 0.5  # the first row, twice


TAGS = ("O", "B-LOC", "I-LOC")
SENTENCES = [
    TaggedSentence(("uno", "casa", "tres"), ("B-LOC", "I-LOC", "O")),
    TaggedSentence(("dos", "tres"), ("O", "B-LOC")),
]


def test_entities_of_taggers_are_scored_by_rows():
    test = TaggerTest(SENTENCES, TAGS)
    right = [[[0, 3, 0], [0, 0, 3], [3, 0, 0]], [[3, 0, 0], [3, 0, 0]]]
    units, (opinion,) = test.judge([answer(test, right, TAGS)])
    assert [(unit.row, unit.position, unit.truth) for unit in units][2:4] == [
        (0, 2, "O"),
        (1, 0, "O"),
    ]
    assert opinion.predicted == ["B-LOC", "I-LOC", "O", "O", "O"]
    assert opinion.metrics["f1"] == pytest.approx(2 / 3)  # 1 right, 1 predicted, 2 true
    assert opinion.weighted(np.ones(2)) == pytest.approx(opinion.metrics["f1"])
    assert opinion.weighted(np.array([1, 0])) == 1.0
    assert opinion.weighted(np.array([1, 2])) == pytest.approx(2 * 1 / (1 + 3))
    np.testing.assert_allclose(opinion.confidence, 0.9094, atol=1e-4)


def test_tags_are_compared_by_name_whatever_their_numbers():
    test = TaggerTest(SENTENCES, TAGS)
    logits = [[[0, 3, 0], [0, 0, 3], [3, 0, 0]], [[3, 0, 0], [0, 3, 0]]]
    turned = [[[row[1], row[0], row[2]] for row in sentence] for sentence in logits]
    _, (one, other) = test.judge(
        [answer(test, logits, TAGS), answer(test, turned, ("B-LOC", "O", "I-LOC"))]
    )
    assert one.predicted == other.predicted
    assert one.metrics["f1"] == 1.0


def test_words_beyond_the_length_are_no_entity_and_nobody_is_sure_of_them():
    test = TaggerTest(SENTENCES, TAGS)
    logits = [[[0, 3, 0], [0, 0, 3], [3, 0, 0]], [[3, 0, 0], [0, 3, 0]]]
    _, (opinion,) = test.judge([answer(test, logits, TAGS, max_length=3)])
    assert opinion.predicted == ["B-LOC", "O", "O", "O", "O"]
    assert opinion.confidence.tolist()[1:3] == [0.0, 0.0]


def test_tags_that_are_no_entities_are_scored_by_words():
    rows = [TaggedSentence(("uno", "dos"), ("N", "V")), TaggedSentence(("tres",), ("V",))]
    test = TaggerTest(rows, ("N", "V"), has_entities=False)
    _, (opinion,) = test.judge([answer(test, [[[1, 0], [1, 0]], [[0, 1]]], ("N", "V"))])
    assert opinion.metrics == {"accuracy": pytest.approx(2 / 3)}
    assert opinion.weighted(np.array([1, 2])) == pytest.approx(3 / 4)


CORRUPTED = [
    TaggedSentence(("uno", "casa"), (KEPT, REPLACED)),
    TaggedSentence(("dos", "tres"), (REPLACED, KEPT)),
]


def test_a_word_is_replaced_where_one_of_its_pieces_is():
    test = DetectorTest(CORRUPTED)
    given = answer(test, [[-1.0, -2.0], [3.0, -4.0]])
    given.logits[0][3] = 5.0  # the second piece of "casa": [CLS] uno ca ##sa [SEP]
    given.logits[0][4] = 9.0  # [SEP] belongs to no word
    units, (opinion,) = test.judge([given])
    assert opinion.predicted == [KEPT, REPLACED, REPLACED, KEPT]
    assert opinion.metrics == {"auc": 1.0, "accuracy": 1.0, "precision": 1.0, "recall": 1.0}
    expected = 1 / (1 + np.exp([-1.0, -5.0, -3.0, -4.0]))
    np.testing.assert_allclose(opinion.confidence, expected, rtol=1e-6)
    assert [unit.position for unit in units] == [0, 1, 0, 1]


def test_words_that_one_discriminator_did_not_see_are_left_out_for_all():
    test = DetectorTest(CORRUPTED)
    logits = [[-1.0, 2.0], [3.0, -4.0]]
    units, opinions = test.judge([answer(test, logits), answer(test, logits, max_length=3)])
    assert [(unit.row, unit.position) for unit in units] == [(0, 0), (1, 0)]
    assert [len(opinion.predicted) for opinion in opinions] == [2, 2]


def test_the_weighted_area_is_that_of_the_rows_written_out_so_often():
    draw = np.random.default_rng(1)
    scores = draw.integers(0, 8, 60).astype(np.float32)  # with ties
    positive, rows = draw.random(60) < 0.4, np.repeat(np.arange(12), 5)
    area = weighted_auc(scores, positive, rows)
    assert area(np.ones(12)) == pytest.approx(area_under_roc(scores, positive))
    weights = draw.integers(0, 4, 12)
    often = np.repeat(np.arange(60), weights[rows])
    assert area(weights) == pytest.approx(area_under_roc(scores[often], positive[often]))
    assert np.isnan(area(np.zeros(12)))
