"""What docs/tour.md shows is what comes out."""

import doctest
from pathlib import Path

TOUR = Path(__file__).parents[1] / "docs" / "tour.md"


def test_the_tour_is_true():
    results = doctest.testfile(str(TOUR), module_relative=False, encoding="utf-8")
    assert results.attempted > 30
    assert results.failed == 0
