import numpy as np
import pytest

from selectra_pipeline.downstream.metrics.correlation import pearson, spearman


@pytest.mark.parametrize("seed", range(5))
def test_both_agree_with_scipy_ties_included(seed):
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(seed)
    true = draw.integers(0, 6, 40).astype(float)
    predicted = np.round(true + draw.normal(0, 2, 40))
    assert pearson(true, predicted) == pytest.approx(stats.pearsonr(true, predicted)[0])
    assert spearman(true, predicted) == pytest.approx(stats.spearmanr(true, predicted)[0])


def test_ranks_alone_count_for_spearman():
    true, predicted = [1.0, 2.0, 3.0, 4.0], [1.0, 10.0, 100.0, 1000.0]
    assert spearman(true, predicted) == pytest.approx(1.0)
    assert 0.7 < pearson(true, predicted) < 0.9
    assert spearman(true, predicted[::-1]) == pytest.approx(-1.0)


def test_values_that_are_all_the_same_correlate_with_nothing():
    assert pearson([1.0, 2.0], [3.0, 3.0]) == spearman([1.0, 1.0], [3.0, 4.0]) == 0.0
