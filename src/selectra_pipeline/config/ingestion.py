"""Configuration of the ingestion stage: where text comes from and what of it is kept."""

from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.base import Config, require

EMBEDDED = "embedded"


@dataclass(frozen=True)
class SourceConfig(Config):
    """Where text comes from.

    Attributes:
        paths: "embedded" for the corpus that comes with the project, else files, folders or globs
            (`.txt`, `.jsonl`, `.parquet`, plain or `.gz` or `.zst`). One text may name several,
            separated by ";".
        text_field: field (JSON Lines) or column (Parquet) that holds the text.
        text_unit: what ends a document in a `.txt` file: a blank line, every line, or the file.
        on_error: what a damaged file or record does: stop, or be skipped and counted.
    """

    paths: tuple[str, ...] = (EMBEDDED,)
    text_field: str = "text"
    text_unit: Literal["blank_line", "line", "file"] = "blank_line"
    on_error: Literal["fail", "skip"] = "fail"

    def __post_init__(self) -> None:
        paths = tuple(part.strip() for path in self.paths for part in path.split(";"))
        object.__setattr__(self, "paths", tuple(part for part in paths if part))
        require(bool(self.paths), "paths is empty: name files, folders or globs, or 'embedded'")
        require(
            EMBEDDED not in self.paths or len(self.paths) == 1,
            "paths mixes 'embedded' with files: name one or the other",
        )

    @property
    def is_embedded(self) -> bool:
        return self.paths == (EMBEDDED,)


@dataclass(frozen=True)
class EmbeddedConfig(Config):
    """The corpus that comes with the project: size in megabytes (10^6 bytes of UTF-8) and seed."""

    megabytes: float = 4.0
    seed: int = 1

    def __post_init__(self) -> None:
        require(
            0 < self.megabytes <= 100,
            f"megabytes={self.megabytes} must be above 0 and at most 100",
        )


@dataclass(frozen=True)
class CleaningConfig(Config):
    """What of the text is kept. Lengths in characters (Unicode code points) and words.

    Attributes:
        min_characters, min_words: shorter documents are dropped.
        max_word_length: documents whose mean word is longer than this are dropped (tables, keys).
        max_repeated_lines: dropped when lines that repeat an earlier line hold more than this share
            of the characters.
        max_top_word: dropped when one word makes up more than this share of all words.
        max_symbols: dropped when more than this share of the characters that are not white space
            are neither letters nor common punctuation.
        deduplicate: drop documents whose normalised text came before.
    """

    min_characters: int = 100
    min_words: int = 15
    max_word_length: float = 12.0
    max_repeated_lines: float = 0.3
    max_top_word: float = 0.3
    max_symbols: float = 0.4
    deduplicate: bool = True

    def __post_init__(self) -> None:
        for name in ("min_characters", "min_words"):
            require(getattr(self, name) >= 0, f"{name}={getattr(self, name)} must not be negative")
        for name in ("max_repeated_lines", "max_top_word", "max_symbols"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"{name}={value} is a share: choose a number from 0 to 1")


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
