"""Accuracy, F1 of each class and the confusion matrix."""

from collections.abc import Sequence

import numpy as np

from selectra_pipeline.downstream.markdown import escaped


def confusion_matrix(
    label_names: Sequence[str], true: Sequence[str], predicted: Sequence[str]
) -> np.ndarray:
    """How often a class (row) was taken for a class (column): int64 [classes, classes]."""
    number = {name: index for index, name in enumerate(label_names)}
    matrix = np.zeros((len(number), len(number)), np.int64)
    for true_name, predicted_name in zip(true, predicted, strict=True):
        matrix[number[true_name], number[predicted_name]] += 1
    return matrix


def accuracy(confusion: np.ndarray) -> float:
    """Share of the rows on the diagonal; 0 without rows."""
    return float(np.trace(confusion) / max(1, confusion.sum()))


def class_f1(confusion: np.ndarray) -> np.ndarray:
    """F1 of every class, float64 [classes]; NaN for one that is neither true nor predicted."""
    occurring = confusion.sum(axis=0) + confusion.sum(axis=1)
    return np.divide(
        2.0 * np.diag(confusion),
        occurring,
        out=np.full(len(confusion), np.nan),
        where=occurring > 0,
    )


def macro_f1(confusion: np.ndarray) -> float:
    """Mean of `class_f1` over the classes that occur."""
    scores = class_f1(confusion)
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else 0.0


def format_confusion(label_names: Sequence[str], confusion: np.ndarray) -> str:
    """The confusion matrix as a Markdown table."""
    names = [escaped(name) for name in label_names]
    rows = [
        ["true \\ predicted", *names],
        ["---", *["---:"] * len(names)],
        *([name, *map(str, row)] for name, row in zip(names, confusion, strict=True)),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
