"""Configuration of the probe: fine-tuning in the middle of pre-training."""

from dataclasses import dataclass, field

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.finetuning import FinetuningConfig


@dataclass(frozen=True)
class ProbeConfig(Config):
    """Named-entity recognition with the weights of the moment, every so many steps.

    Attributes:
        every: steps between two probes; 0 switches them off.
        train, test: CoNLL files with the word in the first and the entity tag in the last column.
        max_examples: sentences of each file, drawn by the seed; None means all.
        finetuning: shorter than for results that are published: it is repeated often.
    """

    every: int = 0
    train: str | None = None
    test: str | None = None
    max_examples: int | None = 2_000
    finetuning: FinetuningConfig = field(
        default_factory=lambda: FinetuningConfig(epochs=3, learning_rate=5e-4, max_length=128)
    )

    def __post_init__(self) -> None:
        require(self.every >= 0, f"every={self.every} must not be negative; 0 switches probes off")
        require(
            self.max_examples is None or self.max_examples >= 1,
            f"max_examples={self.max_examples} must be at least 1, or null for all",
        )
        for name in ("train", "test"):
            require(
                not self.is_on or getattr(self, name) is not None,
                f"{name} is missing: with every={self.every} it must name a CoNLL file; "
                "every=0 switches the probe off",
            )

    @property
    def is_on(self) -> bool:
        return self.every > 0
