"""Configuration of the records stage: documents to TFRecords."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class RecordsConfig(Config):
    """How documents become training examples.

    Attributes:
        sequence_length: tokens of one example, [CLS] and [SEP] included.
        packing: "lossless" fills every example and carries the rest over into the next one;
            "electra" is the original's ExampleBuilder, which cuts long lines and loses the rest.
        format: "unpadded" stores ids and the length of segment A; "padded" stores the original's
            input_ids, input_mask and segment_ids.
        short_sequence_probability: share of examples with a random shorter target length.
        single_segment_probability: share of examples with one segment instead of two.
        seed: of all random choices.
    """

    sequence_length: int = 128
    packing: Literal["lossless", "electra"] = "lossless"
    format: Literal["unpadded", "padded"] = "unpadded"
    short_sequence_probability: float = 0.05
    single_segment_probability: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        require(
            self.sequence_length >= 8,
            f"sequence_length={self.sequence_length} is too short: choose at least 8",
        )
        for name in ("short_sequence_probability", "single_segment_probability"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"{name}={value} must be from 0 to 1")
