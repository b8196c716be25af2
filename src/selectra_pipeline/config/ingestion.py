"""Configuration of the ingestion stage."""

from dataclasses import dataclass, field
from typing import Any

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.config.source import EmbeddedConfig, SourceConfig


@dataclass(frozen=True)
class IngestionConfig(Config):
    """The ingestion stage.

    Attributes:
        heldout_fraction: share of documents, chosen by the hash of their text, that is never
            trained on. A document stays on its side when the corpus grows.
        shards: number of training shards; also the unit of parallel work of the records stage.
        examples_per_reason: rejected documents quoted in the report, for each reason.
    """

    source: SourceConfig = field(default_factory=SourceConfig)
    embedded: EmbeddedConfig = field(default_factory=EmbeddedConfig)
    cleaning: CleaningConfig = field(default_factory=CleaningConfig)
    near_duplicates: NearDuplicatesConfig = field(default_factory=NearDuplicatesConfig)
    decontamination: DecontaminationConfig = field(default_factory=DecontaminationConfig)
    heldout_fraction: float = 0.02
    shards: int = 8
    examples_per_reason: int = 3

    def __post_init__(self) -> None:
        require(
            0 < self.heldout_fraction < 0.5,
            f"heldout_fraction={self.heldout_fraction} must be above 0 and below 0.5",
        )
        require(
            self.examples_per_reason >= 0,
            f"examples_per_reason={self.examples_per_reason} must not be negative",
        )
        require(1 <= self.shards <= 10_000, f"shards={self.shards} must be from 1 to 10000")

    def rules(self) -> dict[str, Any]:
        """All but the place of the text: the same files make the same documents anywhere."""
        rules = self.to_dict()
        del rules["source"]["paths"]
        return rules
