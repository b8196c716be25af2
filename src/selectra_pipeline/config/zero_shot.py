"""Configuration of zero-shot classification."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

SLOT = "{}"  # in the template: the label's place
SEPARATOR = ";"  # of labels on the command line

# Columns of the predictions, beside one for each label.
TEXT_COLUMN, TRUE_LABEL_COLUMN, BEST_LABEL_COLUMN = "text", "true_label", "best_label"


@dataclass(frozen=True)
class ZeroShotConfig(Config):
    """Classification of texts by a model that was fine-tuned on natural-language inference.

    Attributes:
        model: its folder, as transformers loads it; None is the best trial's of this run on `task`.
        task: see `model`.
        file: of the texts: `.txt`, one a line; or CSV, TSV, JSON Lines or Parquet. Plain, `.gz` or
            `.zst`.
        column: of the texts, where the file has columns.
        label_column: of the labels that they have, by which the classification is scored; or None.
        texts: what is classified without a file.
        labels: the classes. One text may name several, separated by ";".
        template: the hypothesis, with "{}" in the label's place.
        several: whether several labels may be right of one text. Each is then judged alone.
        max_length: word pieces of a text and its hypothesis, [CLS] and [SEP]s included; None is
            what the model can read. Longer texts are cut.
        batch_size: pairs of a text and a label that are judged at once.
    """

    model: str | None = None
    task: str = "world_inference"
    file: str | None = None
    column: str = "text"
    label_column: str | None = None
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("cultura", "deportes", "economía", "salud")
    template: str = "Este ejemplo es {}."
    several: bool = False
    max_length: int | None = None
    batch_size: int = 32

    def __post_init__(self) -> None:
        names = [name.strip() for given in self.labels for name in given.split(SEPARATOR)]
        object.__setattr__(self, "labels", tuple(filter(None, names)))
        require(
            len(self.labels) >= (1 if self.several else 2),
            f"labels={SEPARATOR.join(self.labels)!r} leaves nothing to choose; name two classes or "
            "more, or set several=true to judge each alone",
        )
        require(
            len(set(self.labels)) == len(self.labels),
            f"labels names a class twice: {', '.join(self.labels)}",
        )
        for name in (TEXT_COLUMN, TRUE_LABEL_COLUMN, BEST_LABEL_COLUMN):
            require(
                name not in self.labels,
                f"labels: {name!r} is the name of a column of the predictions; choose another word",
            )
        require(
            self.template.count(SLOT) == 1,
            f'template={self.template!r} must hold "{SLOT}" once, in the place of the label',
        )
        require(self.batch_size >= 1, f"batch_size={self.batch_size} must be at least 1")
