"""Configuration of the pre-training stage: architecture, objective, optimizer, loop."""

from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class MaskingConfig(Config):
    """Which tokens the generator must predict (original: pretrain/pretrain_helpers.py).

    Attributes:
        fraction: share of an example's tokens that is chosen.
        mask_probability: a chosen token becomes [MASK] with this probability, else stays.
        replacement: draw positions with replacement, as the original does. A position drawn twice
            is then counted twice and gets a meaningless token, so the default is without.
    """

    fraction: float = 0.15
    mask_probability: float = 0.85
    replacement: bool = False

    def __post_init__(self) -> None:
        require(0 < self.fraction < 1, f"fraction={self.fraction} must be above 0 and below 1")
        require(
            0 <= self.mask_probability <= 1,
            f"mask_probability={self.mask_probability} must be from 0 to 1",
        )

    def max_predictions(self, sequence_length: int) -> int:
        """Predictions per example, N = int((fraction + 0.005) L): 19 at 128, 79 at 512."""
        wanted = int((self.fraction + 0.005) * sequence_length)
        return min(sequence_length, max(1, wanted))


@dataclass(frozen=True)
class ObjectiveConfig(Config):
    """Loss = mlm_weight * MLM + rtd_weight * RTD (paper, section 3.1: RTD is ~50x smaller)."""

    masking: MaskingConfig = field(default_factory=MaskingConfig)
    mlm_weight: float = 1.0
    rtd_weight: float = 50.0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        require(self.temperature > 0, f"temperature={self.temperature} must be above 0")


@dataclass(frozen=True)
class OptimizerConfig(Config):
    """AdamW without bias correction (original: model/optimization.py)."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-6
    weight_decay: float = 0.01
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        for name in ("beta_1", "beta_2"):
            value = getattr(self, name)
            require(0 <= value < 1, f"{name}={value} must be at least 0 and below 1")
        require(self.epsilon > 0, f"epsilon={self.epsilon} must be above 0")
        require(self.clip_norm > 0, f"clip_norm={self.clip_norm} must be above 0")


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


@dataclass(frozen=True)
class EvaluationConfig(Config):
    """Held-out evaluation while training: every so many steps, on so many batches at most."""

    every: int = 500
    batches: int = 20

    def __post_init__(self) -> None:
        require(self.every >= 1, f"every={self.every} must be at least 1 step")
        require(self.batches >= 1, f"batches={self.batches} must be at least 1")


@dataclass(frozen=True)
class CheckpointConfig(Config):
    """Checkpoints: one every so many steps, of which the last `keep` are kept."""

    every: int = 500
    keep: int = 3

    def __post_init__(self) -> None:
        require(self.every >= 1, f"every={self.every} must be at least 1 step")
        require(self.keep >= 1, f"keep={self.keep} must be at least 1")


@dataclass(frozen=True)
class PretrainingConfig(Config):
    """The pre-training stage.

    Attributes:
        batch_size: examples of one optimisation step, over all devices.
        total_steps: optimisation steps; the learning rate ends at zero there.
        precision: of the computation; weights, losses and the optimizer stay in float32.
        strategy: the device that the step runs on.
        steps_per_loop: steps between two looks of the host: at signals, at the loss. More than 1
            pays where the host is far from the device.
        log_every: steps between two lines of metrics.
        seed: of initial weights, data order, masks, samples and dropout.
    """

    architecture: ArchitectureConfig = field(default_factory=ArchitectureConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    checkpoint: CheckpointConfig = field(default_factory=CheckpointConfig)
    batch_size: int = 32
    total_steps: int = 1_000
    precision: Literal["float32", "bfloat16"] = "float32"
    strategy: Literal["cpu", "gpu"] = "cpu"
    steps_per_loop: int = 1
    log_every: int = 20
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("batch_size", "total_steps", "steps_per_loop", "log_every"):
            require(getattr(self, name) >= 1, f"{name}={getattr(self, name)} must be at least 1")
        restarts = self.schedule.restarts
        require(
            not restarts or restarts[-1] < self.total_steps,
            f"schedule.restarts={list(restarts)} must lie below total_steps={self.total_steps}",
        )
        starts = (0, *restarts)
        shortest = min(b - a for a, b in zip(starts, (*restarts, self.total_steps), strict=True))
        require(
            self.schedule.warmup_steps < shortest,
            f"schedule.warmup_steps={self.schedule.warmup_steps} must be below the shortest cycle "
            f"of the learning rate, {shortest} steps; a tenth of it or less is usual",
        )
