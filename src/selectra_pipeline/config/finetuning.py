"""Configuration of fine-tuning a discriminator on a task."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class FinetuningConfig(Config):
    """How a pre-trained discriminator is fine-tuned (argilla-io/selectra; paper, appendix B).

    Attributes:
        epochs: passes over the training examples.
        batch_size: examples of one optimisation step.
        learning_rate: its highest value, that of the head; decays linearly to zero.
        warmup_fraction: share of the steps until it is reached.
        layer_decay: the learning rate of each layer is that of the layer above times this.
        layer_decay_form: "original" gives the last layer layer_decay^2, as google-research/electra
            does by a slip; "corrected" gives it layer_decay^1.
        dropout: of hidden states and of attention, whatever the pre-training had.
        max_length: word pieces of an example, [CLS] and [SEP] included.
        precision: of the encoder's computation; the head, weights, losses and the optimizer stay in
            float32. bfloat16 is faster where the device has instructions for it.
        seed: of the head's weights, the order of the examples and dropout.
    """

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 1e-4
    warmup_fraction: float = 0.1
    layer_decay: float = 0.8
    layer_decay_form: Literal["original", "corrected"] = "original"
    dropout: float = 0.1
    max_length: int = 512
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            require(getattr(self, name) >= 1, f"{name}={getattr(self, name)} must be at least 1")
        require(self.learning_rate > 0, f"learning_rate={self.learning_rate} must be above 0")
        require(
            0 <= self.warmup_fraction < 1,
            f"warmup_fraction={self.warmup_fraction} must be at least 0 and below 1",
        )
        require(
            0 < self.layer_decay <= 1,
            f"layer_decay={self.layer_decay} must be above 0 and at most 1",
        )
        require(0 <= self.dropout < 1, f"dropout={self.dropout} must be at least 0 and below 1")
        require(
            self.max_length >= 3,
            f"max_length={self.max_length} must be at least 3: [CLS], one piece, [SEP]",
        )
        require(self.seed >= 0, f"seed={self.seed} must not be negative")
