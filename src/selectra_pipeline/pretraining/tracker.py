"""How the library reports: an interface that a tracking system implements."""

from collections.abc import Mapping
from typing import Protocol


class Tracker(Protocol):
    """Receives what a long computation measures."""

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Numbers at an optimisation step. Must not raise: training goes on without a tracker."""


class SilentTracker:
    """Reports nowhere."""

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Ignore them."""
