"""Configuration of the objective: what is masked, predicted and detected."""

from dataclasses import dataclass, field

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
