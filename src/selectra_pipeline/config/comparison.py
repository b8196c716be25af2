"""Configuration of the comparison of models."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

SEPARATOR = ";"  # of models and names on the command line


@dataclass(frozen=True)
class ComparisonConfig(Config):
    """Models of one kind, side by side on the same rows.

    Attributes:
        models: folders of at least two discriminators (or exports, whose discriminators are taken),
            classifiers or taggers. One text may name several, separated by ";".
        names: of the models in tables, in their order; empty takes what tells the folders apart.
        task: of `evaluation.tasks`, whose test split is read. Discriminators get its texts, in
            which words are replaced.
        file: of rows, in place of the task's test split, in the task's format and columns.
        max_rows: the first rows that are taken; None takes all.
        max_length: word pieces of an input, [CLS] and [SEP] included; None is what every model can
            read. Longer rows are cut.
        batch_size: rows that are judged at once.
        replaced_fraction: of the words of a text that a discriminator is to find.
        seed: of the words that are replaced, and of the resampled rows.
        resamples: of the rows, for intervals and p-values.
        timed_rows: the first rows, which speed is measured on.
        timed_rounds: how often; models take turns in each round.
        shown: disagreements in the report; the table of them all is in the CSV file.
    """

    models: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    task: str = "world_genres"
    file: str | None = None
    max_rows: int | None = None
    max_length: int | None = None
    batch_size: int = 32
    replaced_fraction: float = 0.15
    seed: int = 1
    resamples: int = 2_000
    timed_rows: int = 256
    timed_rounds: int = 5
    shown: int = 20

    def __post_init__(self) -> None:
        for field in ("models", "names"):
            named = [
                name.strip() for given in getattr(self, field) for name in given.split(SEPARATOR)
            ]
            object.__setattr__(self, field, tuple(filter(None, named)))
        require(
            len(set(self.models)) == len(self.models),
            f"models names a folder twice: {SEPARATOR.join(self.models)}",
        )
        require(
            not self.names or len(self.names) == len(self.models),
            f"names has {len(self.names)} entries for {len(self.models)} models; name each, or "
            "none",
        )
        require(
            len(set(self.names)) == len(self.names),
            f"names has an entry twice: {SEPARATOR.join(self.names)}",
        )
        for field in ("batch_size", "resamples", "timed_rows", "timed_rounds", "max_rows"):
            value = getattr(self, field)
            require(value is None or value >= 1, f"{field}={value} must be at least 1")
        require(self.shown >= 0, f"shown={self.shown} must not be negative")
        require(
            self.max_length is None or self.max_length >= 3,
            f"max_length={self.max_length} leaves no room for a word piece between [CLS] and "
            "[SEP]; choose at least 3, or null for what every model can read",
        )
        require(
            0 < self.replaced_fraction < 1,
            f"replaced_fraction={self.replaced_fraction} must be above 0 and below 1",
        )
