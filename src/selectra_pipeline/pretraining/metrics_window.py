"""Training metrics between two lines of the log, and the speed."""

import time

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining.step import StepMetrics


class MetricsWindow:
    """Means of the training metrics since the last line, and the speed.

    Args:
        peak_flops: FLOPs a second that all devices together do at best.
    """

    def __init__(self, config: PretrainingConfig, peak_flops: float) -> None:
        self._left_out = _constant_metrics(config)
        self._peak_flops = peak_flops
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
        """Means over the steps of what varies in a run, and two speeds.

        Tokens a second count padding; MFU is the share of the ceiling that was used.
        """
        sums, seconds = StepMetrics(*self._sums), max(self._seconds, 1e-9)
        means = {
            name: total / self._steps
            for name, total in sums._asdict().items()
            if name not in self._left_out
        }
        return {
            **means,
            "tokens_per_second": sums.positions / seconds,
            "mfu": sums.teraflops * 1e12 / seconds / self._peak_flops,
        }


def _constant_metrics(config: PretrainingConfig) -> set[str]:
    names = {"positions", "teraflops"}
    if not config.objective.detects:
        names |= {"rtd_loss", "replaced_share"}
    if not config.objective.predicts_words:
        names |= {"mlm_loss"}
    if config.precision != "float16":
        names |= {"loss_scale", "skipped_updates"}
    return names
