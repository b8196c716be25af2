"""Configuration of the conversion of a released checkpoint."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

IMPORT_KIND = "import"  # of the manifest of what was converted


@dataclass(frozen=True)
class ImportConfig(Config):
    """What is converted, and what is agreed to.

    Attributes:
        source: a folder of Hugging Face's (a discriminator or a generator; or `discriminator/` and
            `generator/`), or a checkpoint of google-research/electra: its path without ".index", or
            its folder. With its `vocab.txt`.
        allow_pickle: whether `pytorch_model.bin` is read. Nothing that is in it is run.
        num_heads: attention heads of the discriminator, where the checkpoint does not say them, as
            one of google-research/electra does not; None is a head for 64 units.
    """

    source: str | None = None
    allow_pickle: bool = False
    num_heads: int | None = None

    def __post_init__(self) -> None:
        require(
            self.num_heads is None or self.num_heads >= 1,
            f"num_heads={self.num_heads} must be at least 1",
        )
