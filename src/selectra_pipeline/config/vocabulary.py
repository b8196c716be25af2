"""Configuration of the vocabulary stage."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

Algorithm = Literal["wordpiece", "bpe"]


@dataclass(frozen=True)
class VocabularyConfig(Config):
    """How the WordPiece vocabulary is learned.

    Attributes:
        algorithm: "wordpiece" (Hugging Face tokenizers' trainer) or "bpe" (SentencePiece BPE
            converted to WordPiece).
        size: number of entries, the five special ones included.
        min_frequency: pairs rarer than this are not merged.
        alphabet_limit: how many different characters may have an entry of their own.
        sample_fraction: share of the training documents that the vocabulary is learned from.
        seed: chooses that sample.
        lowercase: an uncased vocabulary. Accents are kept all the same.
        strip_accents: also take the accents away. Almost never right: "año" becomes "ano".
        require_accents: refuse training text without a single accent, and a vocabulary without an
            accented entry: somebody stripped the accents before. Set it to false for English.
        compare_algorithms: learn with the other algorithm too, for the report.
        import_from: take the vocabulary of an existing checkpoint instead of learning one: its
            folder, or its vocab.txt. What says how to learn is then not used, and the file says
            the size.
    """

    algorithm: Algorithm = "wordpiece"
    size: int = 8_000
    min_frequency: int = 2
    alphabet_limit: int = 1_000
    sample_fraction: float = 1.0
    seed: int = 1
    lowercase: bool = False
    strip_accents: bool = False
    require_accents: bool = True
    compare_algorithms: bool = True
    import_from: str | None = None

    def __post_init__(self) -> None:
        require(self.size > 100, f"size={self.size} is too small: choose at least 101 entries")
        require(
            0 < self.sample_fraction <= 1,
            f"sample_fraction={self.sample_fraction} must be above 0 and at most 1",
        )
        require(self.min_frequency >= 1, f"min_frequency={self.min_frequency} must be at least 1")
        require(
            1 <= self.alphabet_limit < self.size,
            f"alphabet_limit={self.alphabet_limit} must be below size={self.size}",
        )
