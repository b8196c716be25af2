"""Configuration of cleaning: what of the text is kept."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require


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
