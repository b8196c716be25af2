"""How far predicted numbers go along with the true ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def pearson(true: Sequence[float], predicted: Sequence[float]) -> float:
    """The correlation of the values, -1 to 1; 0 where either is the same throughout."""
    deviations = [
        np.asarray(x, np.float64) - np.mean(x, dtype=np.float64) for x in (true, predicted)
    ]
    lengths = [np.linalg.norm(x) for x in deviations]
    if min(lengths) == 0.0:
        return 0.0
    return float(deviations[0] @ deviations[1] / (lengths[0] * lengths[1]))


def spearman(true: Sequence[float], predicted: Sequence[float]) -> float:
    """The correlation of the ranks; equal values share the mean of their ranks."""
    return pearson(*(pd.Series(values).rank().to_numpy() for values in (true, predicted)))
