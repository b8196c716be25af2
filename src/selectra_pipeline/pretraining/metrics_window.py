"""Training metrics between two lines of the log, and the speed."""

import time
from typing import Self

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import training_flops
from selectra_pipeline.pretraining.device_speed import peak_flops
from selectra_pipeline.pretraining.step import StepMetrics


class MetricsWindow:
    """Means of the training metrics since the last line, and the speed.

    Args:
        tokens_per_step: over all devices, padding included.
        flops_per_step: model FLOPs over all devices; see `selectra_pipeline.model.flops`.
        peak_flops: FLOPs a second that all devices together do at best.
    """

    def __init__(self, tokens_per_step: int, flops_per_step: int, peak_flops: float) -> None:
        self._tokens_per_step, self._flops_per_step = tokens_per_step, flops_per_step
        self._peak_flops = peak_flops
        self.clear()

    @classmethod
    def for_run(
        cls,
        config: PretrainingConfig,
        model: Electra,
        sequence_length: int,
        strategy: tf.distribute.Strategy,
    ) -> Self:
        """The window of a run; half a second where the ceiling must be measured."""
        predictions = config.objective.masking.max_predictions(sequence_length)
        per_example = training_flops(
            model.generator_config, model.discriminator_config, sequence_length, predictions
        )
        return cls(
            tokens_per_step=config.batch_size * sequence_length,
            flops_per_step=config.batch_size * per_example,
            peak_flops=peak_flops(config, strategy),
        )

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
        """Means over the steps; tokens a second; MFU, the share of the ceiling that was used."""
        names = StepMetrics._fields
        means = {name: total / self._steps for name, total in zip(names, self._sums, strict=True)}
        steps_per_second = self._steps / max(self._seconds, 1e-9)
        return {
            **means,
            "tokens_per_second": steps_per_second * self._tokens_per_step,
            "mfu": steps_per_second * self._flops_per_step / self._peak_flops,
        }
