"""Configuration of checkpoints: how often, and which are kept."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

# Held-out metrics that can choose between checkpoints, and whether more of them is better.
MORE_IS_BETTER = {
    "mlm_loss": False,
    "mlm_accuracy": True,
    "sampled_accuracy": True,
    "rtd_loss": False,
    "rtd_accuracy": True,
    "rtd_precision": True,
    "rtd_recall": True,
    "rtd_auc": True,
}


@dataclass(frozen=True)
class CheckpointConfig(Config):
    """Checkpoints: one every so many steps, of which the last `keep` are kept.

    Attributes:
        keep_best: so many more are kept, the best by a held-out metric.
        best_metric: that metric.
    """

    every: int = 500
    keep: int = 3
    keep_best: int = 0
    best_metric: str = "rtd_auc"

    def __post_init__(self) -> None:
        require(self.every >= 1, f"every={self.every} must be at least 1 step")
        require(self.keep >= 1, f"keep={self.keep} must be at least 1")
        require(self.keep_best >= 0, f"keep_best={self.keep_best} must not be negative")
        require(
            self.best_metric in MORE_IS_BETTER,
            f"best_metric={self.best_metric!r} is no held-out metric that can choose; "
            f"use one of {', '.join(MORE_IS_BETTER)}",
        )

    def check_evaluated(self, evaluation_every: int) -> None:
        """Check that every regular checkpoint that may be the best one has held-out metrics."""
        above = max(1, round(self.every / evaluation_every)) * evaluation_every
        require(
            self.keep_best == 0 or self.every % evaluation_every == 0,
            f"checkpoint.keep_best={self.keep_best} needs held-out metrics at every checkpoint, "
            f"but checkpoint.every={self.every} is no multiple of "
            f"evaluation.every={evaluation_every}; "
            f"set checkpoint.every to {above}, or keep_best to 0",
        )
