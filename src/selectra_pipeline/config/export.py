"""Configuration of the export stage."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config


@dataclass(frozen=True)
class ExportConfig(Config):
    """What is exported.

    Attributes:
        checkpoint: of the run: its last one, or the best by pretraining.checkpoint.best_metric.
    """

    checkpoint: Literal["last", "best"] = "last"
