"""Configuration of a task: where its labelled rows are, what is in them, how it is scored."""

import re
from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.finetuning import FinetuningConfig

TaskTypeName = Literal["classification", "regression", "token_classification", "question_answering"]
RowFormat = Literal["csv", "tsv", "jsonl", "conll", "squad", "parquet"]
SplitName = Literal["train", "validation", "test"]

# The metrics that can select, the usual one first. In all of them more is better.
METRICS: dict[TaskTypeName, tuple[str, ...]] = {
    "classification": ("accuracy", "macro_f1"),
    "regression": ("pearson", "spearman"),
    "token_classification": ("f1", "accuracy"),
    "question_answering": ("f1", "exact_match"),
}

HUB = "hf://"
HUB_ADDRESS = re.compile(
    r"hf://datasets/(?P<repository>[^/@]+/[^/@]+)@(?P<revision>[0-9a-f]{40})/(?P<file>.+)"
)

EMBEDDED = "embedded://"  # rows about the world of the embedded corpus
EMBEDDED_ADDRESS = re.compile(r"embedded://(entities|genres|inference)/(train|validation|test)")


@dataclass(frozen=True)
class ColumnsConfig(Config):
    """Names of the columns (fields of JSON). Question answering has those of SQuAD's files.

    Attributes:
        text: the text, or the list of a sentence's words.
        second_text: of pairs.
        label: name or number of the class; the value; the list of the words' tags.
        id: names a row in one split, or is None.
        group: rows of the same value stay together when validation rows are taken out of train:
            that of NLI is the premise, which several rows share.
    """

    text: str = "text"
    second_text: str | None = None
    label: str = "label"
    id: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class AnswersConfig(Config):
    """Extractive question answering.

    Attributes:
        stride: word pieces that two windows of a long context share.
        max_question_pieces: longer questions are cut.
        max_answer_pieces: longer answers are not given.
        candidates: beginnings and ends that are tried in each window.
        null_threshold: "no answer" is given where it scores higher than the best answer by more
            than this. Only if some question in train has none.
        articles: words that the comparison of answers passes over.
    """

    stride: int = 128
    max_question_pieces: int = 64
    max_answer_pieces: int = 30
    candidates: int = 20
    null_threshold: float = 0.0
    articles: tuple[str, ...] = ("un", "una", "unos", "unas", "el", "la", "los", "las")

    def __post_init__(self) -> None:
        for name in ("stride", "max_question_pieces", "max_answer_pieces", "candidates"):
            require(getattr(self, name) >= 1, f"{name}={getattr(self, name)} must be at least 1")


@dataclass(frozen=True)
class TaskConfig(Config):
    """A task.

    Attributes:
        type: what the model is to say of a row.
        train, test: files of rows, local, at gs://, or of the Hugging Face hub
            (`hf://datasets/OWNER/NAME@COMMIT/FILE`); several are read one after another. The
            embedded world has `embedded://TASK/SPLIT` for entities, genres and inference.
        validation: the same; without any (`validation=` on the command line), part of train is
            used.
        name: its key in the mapping of tasks.
        validation_fraction: of train (rows, or groups of rows), where `validation` is empty.
        format: of all files; None goes by their suffixes, and takes CoNLL's columns for token
            classification where the suffix says nothing.
        header: names of the columns of files that have no header line, such as CoNLL's. Without
            it the first of CoNLL's columns is "text", and the last "label".
        columns: where the rows' parts are.
        labels: names of the classes in the order of their numbers; empty takes those in train,
            sorted.
        entities: whether the tags of token classification are `O`, `B-type`, `I-type`: scored by
            entities, else by words.
        drop_values: a row of which a text or the label is one of these is left out.
        answers: settings of question answering.
        metric: which decides between epochs, on validation; None is the type's first in `METRICS`,
            and accuracy for tags that are no entities.
        finetuning: what differs from the fine-tuning of the other tasks.
    """

    type: TaskTypeName
    train: tuple[str, ...]
    test: tuple[str, ...]
    validation: tuple[str, ...] = ()
    name: str = ""
    validation_fraction: float = 0.1
    format: RowFormat | None = None
    header: tuple[str, ...] = ()
    columns: ColumnsConfig = field(default_factory=ColumnsConfig)
    labels: tuple[str, ...] = ()
    entities: bool = True
    drop_values: tuple[str, ...] = ()
    answers: AnswersConfig = field(default_factory=AnswersConfig)
    metric: str | None = None
    finetuning: FinetuningConfig = field(default_factory=FinetuningConfig)

    def __post_init__(self) -> None:
        for split in ("train", "test"):
            require(bool(getattr(self, split)), f"{split} is empty: name at least one file")
        for path in (*self.train, *self.validation, *self.test):
            require(
                not path.startswith(HUB) or bool(HUB_ADDRESS.fullmatch(path)),
                f"{path!r} is no pinned file of the hub; write "
                "hf://datasets/OWNER/NAME@COMMIT/FILE, with the commit's 40 hexadecimal digits",
            )
            require(
                not path.startswith(EMBEDDED) or bool(EMBEDDED_ADDRESS.fullmatch(path)),
                f"{path!r} is not in the embedded world; write embedded://entities/SPLIT, "
                "embedded://genres/SPLIT or embedded://inference/SPLIT, with train, validation or "
                "test as split",
            )
        require(
            0 < self.validation_fraction < 1,
            f"validation_fraction={self.validation_fraction} must be above 0 and below 1",
        )
        require(
            len(set(self.labels)) == len(self.labels),
            f"labels names a class twice: {', '.join(self.labels)}",
        )
        metrics = self._metrics()
        if self.metric is None:
            object.__setattr__(self, "metric", metrics[0])
        require(
            self.metric in metrics,
            f"metric={self.metric} is none of this task's: {', '.join(metrics)}",
        )
        question, length = self.answers.max_question_pieces, self.finetuning.max_length
        room = length - question - 3  # [CLS] question [SEP] context [SEP]
        require(
            self.type != "question_answering" or self.answers.stride < room,
            f"answers.stride={self.answers.stride} does not fit: finetuning.max_length={length} "
            f"leaves {room} pieces of a context beside a question of {question}; raise max_length "
            "or lower the stride",
        )

    def _metrics(self) -> tuple[str, ...]:
        tags = self.type == "token_classification" and not self.entities
        return ("accuracy",) if tags else METRICS[self.type]
