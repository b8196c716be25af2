"""Whether two models differ on a test set by more than the choice of its rows does.

The test set is a draw of rows. A resample draws as many of them again, with replacement, and both
models are scored on it: what is paired cancels out. Unlike McNemar's test it takes any metric, F1
over all entities and areas under curves too, and it keeps the words of a row together; so it does
with rows that belong together, such as the hypotheses about one premise.
"""

from typing import NamedTuple

import numpy as np

from selectra_pipeline.serving.judgements import Weighted

LEVEL = 0.95  # of the interval


class Difference(NamedTuple):
    """The first model's metric less the second's.

    Attributes:
        low, high: borders of the 95% interval.
        p_value: two-sided: how often the difference of a resample has the other sign, or none.
    """

    value: float
    low: float
    high: float
    p_value: float


def compare_scores(
    first: Weighted, second: Weighted, groups: np.ndarray, resamples: int, seed: int
) -> Difference:
    """Compare two metrics of the weights of the same rows.

    groups: int [rows], of each row the number of its group, from 0: groups are drawn whole.
    """
    count = int(groups.max()) + 1
    value = first(np.ones(len(groups))) - second(np.ones(len(groups)))
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        weights = draw.multinomial(count, np.full(count, 1 / count))[groups]
        found.append(first(weights) - second(weights))
    differences = np.array(found)
    differences = differences[np.isfinite(differences)]  # a resample may lack one of two classes
    if not differences.size:
        return Difference(value, float("nan"), float("nan"), 1.0)
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    # The test set itself counts as one more resample: a p-value is never 0.
    sides = ((differences <= 0).sum() + 1, (differences >= 0).sum() + 1)
    p_value = min(1.0, 2 * min(sides) / (differences.size + 1))
    return Difference(value, float(low), float(high), float(p_value))
