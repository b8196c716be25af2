import numpy as np
import pytest

from selectra_pipeline.pretraining import accent_movement
from selectra_pipeline.pretraining.accent_movement import AccentMovement

VOCABULARY = ["camión", "camion", "ñu", "##é", "##e"]


@pytest.fixture
def initial():
    return np.random.default_rng(1).normal(size=[5, 2]).astype(np.float32)


def test_movement_is_the_mean_distance_from_the_start_by_accent(initial, monkeypatch):
    monkeypatch.setattr(accent_movement, "BLOCK", 2)
    change = np.array([[3.0, 4.0], [0.0, 1.0], [0.0, 1.0], [0.0, 0.0], [2.0, 0.0]], np.float32)
    moved = AccentMovement(VOCABULARY, initial)(initial + change)
    assert moved["accented_movement"] == pytest.approx((5.0 + 1.0 + 0.0) / 3, rel=1e-5)
    assert moved["unaccented_movement"] == pytest.approx((1.0 + 2.0) / 2, rel=1e-5)


def test_drift_tells_entries_that_move_as_one_from_those_that_go_their_own_ways(initial):
    apart, together = [[1.0, 0.0], [-1.0, 0.0]], [[0.0, 1.0], [0.0, 3.0], [0.0, 2.0]]
    change = np.array([together[0], apart[0], *together[1:], apart[1]], np.float32)
    moved = AccentMovement(VOCABULARY, initial)(initial + change)
    assert moved["accented_drift"] == pytest.approx(1.0, rel=1e-5)
    assert moved["unaccented_drift"] == pytest.approx(0.0, abs=1e-5)


def test_before_the_first_change_nothing_has_moved_or_drifted(initial):
    assert set(AccentMovement(VOCABULARY, initial)(initial).values()) == {0.0}


def test_a_vocabulary_without_accents_has_no_movement_of_them(initial):
    moved = AccentMovement(["uno", "dos"], initial[:2])(initial[:2] + 1.0)
    assert moved == {
        "unaccented_movement": pytest.approx(2**0.5, rel=1e-5),
        "unaccented_drift": pytest.approx(1.0, rel=1e-5),
    }
