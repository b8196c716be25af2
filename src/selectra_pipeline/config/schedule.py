"""Configuration of the learning rate."""

import itertools
from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class ScheduleConfig(Config):
    """Learning rate: linear warm-up, then as `kind` says, in one or several cycles.

    Attributes:
        kind: how a cycle goes on after its warm-up. The equations are in training/schedule.py.
        peak: highest learning rate.
        warmup_steps: optimisation steps until it is reached, in each cycle.
        decay_power: of kind polynomial; 1 is linear decay.
        cooldown_steps: of kind constant_with_cooldown: the last steps of each cycle, in which the
            rate falls to zero. 0 ends at the peak, for a run that is to be continued.
        restarts: steps at which a new cycle begins (SELECTRA: at 150,000 of 300,000).
    """

    kind: Literal["polynomial", "cosine", "constant_with_cooldown"] = "polynomial"
    peak: float = 5e-4
    warmup_steps: int = 100
    decay_power: float = 1.0
    cooldown_steps: int | None = None
    restarts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        require(self.peak > 0, f"peak={self.peak} must be above 0")
        require(self.warmup_steps >= 0, f"warmup_steps={self.warmup_steps} must not be negative")
        require(self.decay_power > 0, f"decay_power={self.decay_power} must be above 0")
        require(
            self.decay_power == 1.0 or self.kind == "polynomial",
            f"decay_power={self.decay_power} has no effect on kind={self.kind}; "
            "set decay_power=1 or kind=polynomial",
        )
        self._check_cooldown()
        ascending = all(a < b for a, b in itertools.pairwise((0, *self.restarts)))
        require(ascending, f"restarts={list(self.restarts)} must be positive and ascending")

    def _check_cooldown(self) -> None:
        if self.kind == "constant_with_cooldown":
            require(
                self.cooldown_steps is not None,
                "kind=constant_with_cooldown needs cooldown_steps: a fifth of a cycle is usual; "
                "0 stays at the peak, for a run that is to be continued",
            )
            require(
                self.cooldown_steps >= 0,
                f"cooldown_steps={self.cooldown_steps} must not be negative",
            )
        else:
            require(
                self.cooldown_steps is None,
                f"cooldown_steps={self.cooldown_steps} has no effect on kind={self.kind}; "
                "set cooldown_steps=null or kind=constant_with_cooldown",
            )

    def cycles(self, total_steps: int) -> list[tuple[int, int]]:
        """The first step and the end of each cycle of a run."""
        return list(itertools.pairwise((0, *self.restarts, total_steps)))

    def check_cycles(self, total_steps: int) -> None:
        """Check that every cycle of a run of `total_steps` has room for what is planned in it."""
        require(
            not self.restarts or self.restarts[-1] < total_steps,
            f"schedule.restarts={list(self.restarts)} must lie below total_steps={total_steps}",
        )
        shortest = min(end - start for start, end in self.cycles(total_steps))
        require(
            self.warmup_steps < shortest,
            f"schedule.warmup_steps={self.warmup_steps} must be below the shortest cycle "
            f"of the learning rate, {shortest} steps; a tenth of it or less is usual",
        )
        cooldown = self.cooldown_steps or 0
        require(
            self.warmup_steps + cooldown <= shortest,
            f"schedule.warmup_steps={self.warmup_steps} and schedule.cooldown_steps={cooldown} do "
            f"not fit into the shortest cycle of the learning rate, {shortest} steps; "
            f"set cooldown_steps to {shortest - self.warmup_steps} or less",
        )
