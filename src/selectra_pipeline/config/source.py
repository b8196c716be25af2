"""Configuration of the sources: where text comes from."""

from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.hub_address import HubAddress, is_hub_address

EMBEDDED = "embedded"


@dataclass(frozen=True)
class SourceConfig(Config):
    """Where text comes from.

    Attributes:
        paths: "embedded" for the corpus that comes with the project, else files, folders or globs
            (`.txt`, `.jsonl`, `.parquet`, plain or `.gz` or `.zst`), local, `gs://`, or of a
            dataset on the Hugging Face Hub (`hf://datasets/OWNER/NAME@REVISION/GLOB`). One text
            may name several, separated by ";".
        layout: what the records of JSON Lines and Parquet hold. `text`: a text and nothing else
            of interest; `oscar`: the fields of OSCAR 22.01 and 2301, labels among them; `auto`:
            `oscar` for the records that have its fields, `text` for the others.
        text_field: field (JSON Lines) or column (Parquet) that holds the text, in the layout
            `text`. A list of texts is joined by newlines.
        text_unit: what ends a document in a `.txt` file: a blank line, every line, or the file.
        on_error: what a damaged file or record does: stop, or be skipped and counted.
    """

    paths: tuple[str, ...] = (EMBEDDED,)
    layout: Literal["auto", "text", "oscar"] = "auto"
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
        for path in filter(is_hub_address, self.paths):
            HubAddress.parse(path)
        require(bool(self.text_field), "text_field is empty: name the field that holds the text")

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
