"""Configuration of decontamination: what an encoder will be tested on stays out of its corpus."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class DecontaminationConfig(Config):
    """Documents that hold text of evaluation files.

    Attributes:
        files: evaluation files: TSV with a header, JSON Lines, CoNLL columns or plain text, a
            sentence a line; plain, `.gz` or `.zst`. None: nothing is looked for.
        action: what happens to a document that holds a leak: it is removed, or only reported.
        run_words: words in a row that a document and a sentence must share.
        min_sentence_words: a sentence of fewer words than `run_words`, but at least this many, must
            be found whole. Shorter ones can't be told from chance: nothing protects them.
        text_fields: columns (TSV) and fields (JSON Lines) that hold text, where a file has them.
    """

    files: tuple[str, ...] = ()
    action: Literal["remove", "report"] = "remove"
    run_words: int = 13
    min_sentence_words: int = 8
    text_fields: tuple[str, ...] = (
        "premise",
        "hypothesis",
        "sentence1",
        "sentence2",
        "sentence",
        "text",
        "tokens",
        "context",
        "question",
    )

    def __post_init__(self) -> None:
        require(
            2 <= self.run_words <= 100, f"run_words={self.run_words} must be from 2 to 100 words"
        )
        require(
            1 <= self.min_sentence_words <= self.run_words,
            f"min_sentence_words={self.min_sentence_words} must be from 1 to "
            f"run_words={self.run_words}",
        )

    @property
    def is_on(self) -> bool:
        return bool(self.files)
