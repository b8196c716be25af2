"""A loss that is no number any more: training stops before it is saved."""

import math
from typing import Self

from selectra_pipeline.config.base import UserError
from selectra_pipeline.pretraining.step import StepMetrics
from selectra_pipeline.shards.paths import Path


class NonFiniteLossError(UserError, ArithmeticError):
    """The loss or the gradient is no number any more. The message names the step."""

    @classmethod
    def after(
        cls,
        metrics: StepMetrics,
        steps: range,
        steps_per_epoch: int,
        seed: int,
        last_checkpoint: Path | None,
    ) -> Self:
        """The error of the loop that took `steps`, whose sums are `metrics`."""
        count, (first, last) = len(steps), (steps[0], steps[-1])
        epoch, batch = divmod(first, steps_per_epoch)
        where = f"step {first}" if count == 1 else f"one of the steps {first} to {last}"
        return cls(
            f"loss {metrics.loss / count}, gradient norm {metrics.gradient_norm / count} "
            f"at {where} (epoch {epoch}, batch {batch}, seed {seed}). Try a lower "
            "pretraining.schedule.peak, a longer pretraining.schedule.warmup_steps or "
            "pretraining.precision=float32, under a new run name. The last checkpoint, "
            f"{last_checkpoint or 'none yet'}, was saved before"
        )


def is_finite(metrics: StepMetrics) -> bool:
    """Whether loss and gradient norm are numbers."""
    return math.isfinite(metrics.loss) and math.isfinite(metrics.gradient_norm)
