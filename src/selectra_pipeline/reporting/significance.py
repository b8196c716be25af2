"""Whether two checkpoints differ on a task by more than the seeds of their trials do."""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import permutation_test

from selectra_pipeline.downstream.results import TaskResult

# Up to 9 against 9 trials all ways to exchange scores are counted; beyond, so many are drawn.
RESAMPLES = 99_999
SEED = 0  # of the draws


class Comparison(NamedTuple):
    """The difference of two checkpoints' mean scores, and how often chance gives as large a one.

    Attributes:
        difference: mean of the first less that of the second.
        p_value: two-sided.
        smallest_p: what `p_value` is where every score of one lies above every score of the other:
            with so few trials it can't be lower.
    """

    difference: float
    p_value: float
    smallest_p: float


def compare(first: TaskResult, second: TaskResult) -> Comparison | None:
    """Exact permutation test of the difference of means; None where one has fewer than 2 scores.

    If the checkpoints were equal, every way to deal the scores to the two would be as likely; the
    test assumes nothing of their distribution. It speaks of other seeds, not of other test rows.
    """
    samples = tuple(np.asarray(result.scores) for result in (first, second))
    if min(sample.size for sample in samples) < 2:
        return None
    test = permutation_test(
        samples,
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=SEED,
    )
    ways = math.comb(samples[0].size + samples[1].size, samples[0].size)
    smallest_p = 2 / min(ways, RESAMPLES + 1)
    return Comparison(float(test.statistic), float(test.pvalue), smallest_p)
