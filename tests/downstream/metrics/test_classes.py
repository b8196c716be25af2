import numpy as np
import pytest

from selectra_pipeline.downstream.metrics.classes import (
    accuracy,
    class_f1,
    confusion_matrix,
    format_confusion,
    macro_f1,
)

NAMES = ("a", "b", "c", "d")


def f1_by_counting(true, predicted, name):
    right = sum(t == p == name for t, p in zip(true, predicted, strict=True))
    if not right:
        return 0.0
    precision, recall = right / predicted.count(name), right / true.count(name)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize("seed", range(10))
def test_scores_are_those_of_counting_rows(seed):
    draw = np.random.default_rng(seed)
    true = draw.choice(NAMES[:3], 50).tolist()
    predicted = draw.choice(NAMES[:3], 50).tolist()
    confusion = confusion_matrix(NAMES, true, predicted)
    assert accuracy(confusion) == np.mean([t == p for t, p in zip(true, predicted, strict=True)])
    expected = [f1_by_counting(true, predicted, name) for name in NAMES[:3]]
    np.testing.assert_allclose(class_f1(confusion)[:3], expected)
    assert macro_f1(confusion) == pytest.approx(np.mean(expected))  # "d" never occurs
    assert np.isnan(class_f1(confusion)[3])


def test_rows_are_true_and_columns_predicted():
    confusion = confusion_matrix(("a", "b"), ["a", "a", "b"], ["b", "b", "b"])
    np.testing.assert_array_equal(confusion, [[0, 2], [0, 1]])
    assert format_confusion(("a", "b"), confusion).splitlines() == [
        "| true \\ predicted | a | b |",
        "| --- | ---: | ---: |",
        "| a | 0 | 2 |",
        "| b | 0 | 1 |",
    ]


def test_nothing_scores_0():
    nothing = confusion_matrix(NAMES, [], [])
    assert (accuracy(nothing), macro_f1(nothing)) == (0.0, 0.0)
