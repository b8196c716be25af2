"""Training metrics between two lines of the log, and the speed."""

import time

from selectra_pipeline.pretraining.step import StepMetrics


class MetricsWindow:
    """Means of the training metrics since the last line, and the speed."""

    def __init__(self, tokens_per_step: int) -> None:
        self._tokens_per_step = tokens_per_step
        self.clear()

    def clear(self) -> None:
        self._sums = [0.0] * len(StepMetrics._fields)
        self._steps, self._seconds = 0, 0.0
        self._clock = time.perf_counter()

    def restart_clock(self) -> None:
        """Leave out what was not training since the last `add`."""
        self._clock = time.perf_counter()

    def add(self, metrics: StepMetrics, steps: int) -> None:
        """Add the sums of `steps` steps."""
        self._sums = [a + float(b) for a, b in zip(self._sums, metrics, strict=True)]
        self._steps += steps
        now = time.perf_counter()
        self._seconds += now - self._clock
        self._clock = now

    def summary(self) -> dict[str, float]:
        """Means over the steps; tokens a second, padding included."""
        names = StepMetrics._fields
        means = {name: total / self._steps for name, total in zip(names, self._sums, strict=True)}
        speed = self._steps * self._tokens_per_step / max(self._seconds, 1e-9)
        return {**means, "tokens_per_second": speed}
