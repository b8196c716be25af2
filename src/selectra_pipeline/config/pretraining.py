"""Configuration of the pre-training stage: optimizer, evaluation, loop."""

from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.architecture import ArchitectureConfig, EncoderName
from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.config.devices import HostsConfig, TpuConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.probe import ProbeConfig
from selectra_pipeline.config.schedule import ScheduleConfig

SEEDS = 2**31  # so many: a seed is an int32


@dataclass(frozen=True)
class OptimizerConfig(Config):
    """AdamW without bias correction (original: model/optimization.py).

    Attributes:
        beta_1, beta_2: shares of the gradient's mean and of its square's that a step keeps.
        epsilon: added to the root of the latter.
        weight_decay: of all weights but biases and those of LayerNorm, times the learning rate.
        clip_norm: what the norm of all gradients together is scaled down to.
    """

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
        require(self.weight_decay >= 0, f"weight_decay={self.weight_decay} must not be negative")
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
class PretrainingConfig(Config):
    """The pre-training stage.

    Attributes:
        batch_size: examples of one optimisation step, over all devices.
        accumulation_steps: micro-batches that a device divides its examples into, one after the
            other: less memory, the same step.
        logit_rows: how many rows of logits over the vocabulary a device holds at a time.
        total_steps: optimisation steps; the last cycle of the learning rate ends there.
        precision: of the computation; weights, losses and the optimizer stay in float32. float16
            scales its loss dynamically; bfloat16 needs no scaling.
        strategy: the devices that the step runs on.
        hosts, tpu: more about them, for strategy=multi_host and strategy=tpu.
        steps_per_loop: steps between two looks of the host: at signals, at the loss. More than 1
            pays where the host is far from the device.
        length_buckets: lengths that batches are padded to, ascending, besides the records' own
            sequence length; empty pads all batches to that. Examples of similar length then share
            a batch, and short ones cost less.
        log_every: steps between two lines of metrics.
        peak_teraflops: matrix products that one device can do at best, in 10^12 FLOPs a second, by
            its data sheet; the ceiling that MFU is a share of. None measures it before training.
        seed: of initial weights, data order, masks, samples and dropout.
        initial_weights: a checkpoint of another pre-training to start from, in Hugging Face's
            format or the original's (docs/importing.md); None starts from random weights.
        fresh_encoder: the encoder that starts from random weights all the same, for checkpoints
            that hold only the other one.
        repeat_positions: how many positions the initial weights were trained with, where texts were
            shorter there: the others start as copies of these. None takes all as they are.
    """

    architecture: ArchitectureConfig = field(default_factory=ArchitectureConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    checkpoint: CheckpointConfig = field(default_factory=CheckpointConfig)
    probe: ProbeConfig = field(default_factory=ProbeConfig)
    batch_size: int = 32
    accumulation_steps: int = 1
    logit_rows: int = 1_024
    total_steps: int = 1_000
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    strategy: Literal["cpu", "gpu", "multi_gpu", "multi_host", "tpu"] = "cpu"
    hosts: HostsConfig = field(default_factory=HostsConfig)
    tpu: TpuConfig = field(default_factory=TpuConfig)
    steps_per_loop: int = 1
    length_buckets: tuple[int, ...] = ()
    log_every: int = 20
    peak_teraflops: float | None = None
    seed: int = 1
    initial_weights: str | None = None
    fresh_encoder: EncoderName | None = None
    repeat_positions: int | None = None

    def __post_init__(self) -> None:
        for name in (
            "batch_size",
            "accumulation_steps",
            "logit_rows",
            "total_steps",
            "steps_per_loop",
            "log_every",
        ):
            require(getattr(self, name) >= 1, f"{name}={getattr(self, name)} must be at least 1")
        require(
            self.peak_teraflops is None or self.peak_teraflops > 0,
            f"peak_teraflops={self.peak_teraflops} must be above 0, or null to measure it",
        )
        require(
            self.batch_size % self.accumulation_steps == 0,
            f"batch_size={self.batch_size} is not divisible by "
            f"accumulation_steps={self.accumulation_steps}",
        )
        require(
            self.precision != "float16" or self.strategy != "tpu",
            "precision=float16 is not for TPUs: use bfloat16, which needs no loss scaling",
        )
        require(0 <= self.seed < SEEDS, f"seed={self.seed} must be from 0 to {SEEDS - 1}")
        self._check_buckets()
        self._check_probe()
        self._check_initial_weights()
        self.schedule.check_cycles(self.total_steps)
        self.checkpoint.check_evaluated(self.evaluation.every)
        self._check_best_metric()

    def _check_best_metric(self) -> None:
        metric, keep_best = self.checkpoint.best_metric, self.checkpoint.keep_best
        of_detection = metric.startswith("rtd")
        require(
            keep_best == 0 or not of_detection or self.objective.detects,
            f"checkpoint.best_metric={metric} is not measured with task=mlm; use mlm_loss",
        )
        require(
            keep_best == 0 or of_detection or self.objective.predicts_words,
            f"checkpoint.best_metric={metric} is not measured with generator=uniform, which "
            "predicts no words; use rtd_auc",
        )

    def _check_buckets(self) -> None:
        buckets = self.length_buckets
        ascending = all(a < b for a, b in zip((7, *buckets), buckets, strict=False))
        require(ascending, f"length_buckets={list(buckets)} must be ascending, from 8 tokens on")
        require(
            not buckets or self.steps_per_loop == 1,
            f"length_buckets need steps_per_loop=1, not {self.steps_per_loop}: the host looks at "
            "the length of every batch",
        )

    def _check_probe(self) -> None:
        length = self.probe.finetuning.max_length
        positions = self.architecture.max_position_embeddings
        require(
            not self.probe.is_on or length <= positions,
            f"probe.finetuning.max_length={length} is longer than architecture."
            f"max_position_embeddings={positions}; lower it to {positions} or less",
        )

    def _check_initial_weights(self) -> None:
        require(
            self.fresh_encoder is None or self.initial_weights is not None,
            f"fresh_encoder={self.fresh_encoder} says what is not taken from initial_weights, and "
            "there are none; set initial_weights, or remove it: both encoders are fresh",
        )
        require(
            self.repeat_positions is None or self.initial_weights is not None,
            f"repeat_positions={self.repeat_positions} is about initial_weights, and there are "
            "none; set initial_weights, or remove it",
        )
        require(
            self.repeat_positions is None or self.repeat_positions >= 1,
            f"repeat_positions={self.repeat_positions} must be at least 1",
        )
        positions = self.architecture.max_position_embeddings
        require(
            self.repeat_positions is None or self.repeat_positions <= positions,
            f"repeat_positions={self.repeat_positions} is more than architecture."
            f"max_position_embeddings={positions}, which leaves none to repeat; raise the latter, "
            "or remove it",
        )
