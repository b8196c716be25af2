import itertools
import statistics

import pytest
from trial_results import ner

from selectra_pipeline.reporting.significance import compare


def brute_force_p(first: list[float], second: list[float]) -> float:
    """Share of all ways to deal the scores whose means differ as much, of two equal groups."""
    scores = first + second
    observed = abs(statistics.fmean(first) - statistics.fmean(second))
    extreme = total = 0
    for chosen in itertools.combinations(range(len(scores)), len(first)):
        dealt = [scores[index] for index in chosen]
        others = [score for index, score in enumerate(scores) if index not in chosen]
        total += 1
        extreme += abs(statistics.fmean(dealt) - statistics.fmean(others)) >= observed - 1e-12
    return extreme / total


def test_the_p_value_is_the_share_of_ways_to_deal_the_scores():
    first, second = [0.86, 0.87, 0.85, 0.88, 0.865], [0.85, 0.84, 0.862, 0.858, 0.851]
    comparison = compare(ner("a", *first), ner("b", *second))
    assert comparison.difference == pytest.approx(0.865 - 0.8522)
    assert comparison.p_value == pytest.approx(brute_force_p(first, second))


@pytest.mark.parametrize(("trials", "smallest"), [(2, 2 / 6), (3, 2 / 20), (5, 2 / 252)])
def test_scores_that_do_not_overlap_reach_the_smallest_possible_p(trials, smallest):
    high, low = [0.9 + n / 100 for n in range(trials)], [0.1 + n / 100 for n in range(trials)]
    comparison = compare(ner("a", *high), ner("b", *low))
    assert comparison.p_value == pytest.approx(smallest)
    assert comparison.smallest_p == pytest.approx(smallest)


def test_equal_scores_do_not_differ():
    assert compare(ner("a", 0.8, 0.8), ner("b", 0.8, 0.8)).p_value == 1


def test_trials_that_diverged_are_left_out():
    nan = float("nan")
    assert compare(ner("a", 0.8, nan, 0.9), ner("b", 0.7, 0.6)).smallest_p == pytest.approx(2 / 6)


def test_one_score_has_nothing_to_compare():
    assert compare(ner("a", 0.8, float("nan")), ner("b", 0.7, 0.6)) is None


def test_many_trials_give_the_same_p_value_every_time():
    first = ner("a", *(0.8 + n / 1000 for n in range(12)))
    second = ner("b", *(0.803 + n / 1000 for n in range(12)))
    comparison = compare(first, second)
    assert comparison == compare(first, second)
    assert comparison.smallest_p == pytest.approx(2e-5)
