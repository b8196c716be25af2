"""Configuration of the pre-training stage: optimizer, loop, checkpoints."""

from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.probe import ProbeConfig
from selectra_pipeline.config.schedule import ScheduleConfig


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
    probe: ProbeConfig = field(default_factory=ProbeConfig)
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
        length = self.probe.finetuning.max_length
        positions = self.architecture.max_position_embeddings
        require(
            not self.probe.is_on or length <= positions,
            f"probe.finetuning.max_length={length} is longer than architecture."
            f"max_position_embeddings={positions}; lower it to {positions} or less",
        )
