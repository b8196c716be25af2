"""Configuration of the learning rate."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class ScheduleConfig(Config):
    """Learning rate: linear warm-up and polynomial decay to zero, in one or several cycles.

    Attributes:
        peak: highest learning rate.
        warmup_steps: optimisation steps until it is reached, in each cycle.
        decay_power: 1 is linear decay.
        restarts: steps at which a new cycle begins (SELECTRA: at 150,000 of 300,000).
    """

    peak: float = 5e-4
    warmup_steps: int = 100
    decay_power: float = 1.0
    restarts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        require(self.peak > 0, f"peak={self.peak} must be above 0")
        require(self.warmup_steps >= 0, f"warmup_steps={self.warmup_steps} must not be negative")
        ascending = all(a < b for a, b in zip((0, *self.restarts), self.restarts, strict=False))
        require(ascending, f"restarts={list(self.restarts)} must be positive and ascending")
