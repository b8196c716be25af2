"""The texts of zero-shot classification, and the labels that they have."""

from collections.abc import Sequence
from typing import NamedTuple

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.task import ColumnsConfig, TaskConfig
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.downstream.reading.files import COMPRESSIONS, read_records
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.reading.text_file import lines, read_text
from selectra_pipeline.shards.paths import as_path

PLAIN_TEXT = ".txt"


class LabelledTexts(NamedTuple):
    """Texts, and the label of each; None where no label is known."""

    texts: Sequence[str]
    labels: Sequence[str] | None


def read_texts(config: ZeroShotConfig) -> LabelledTexts:
    """The texts of the file, or those of the configuration where it names none.

    Raises:
        TaskDataError: there is no text, the file is missing or damaged, a column is missing, or a
            text has a label that is not among `config.labels`.
        ConfigError: labels are wanted of what has no columns.
    """
    found = _read(config)
    if config.label_column is not None and found.labels is None:
        raise ConfigError(
            f"zeroshot.label_column={config.label_column}, but {config.file or 'zeroshot.texts'} "
            "has no columns; name a .csv, .tsv or .jsonl in zeroshot.file, or set it to null"
        )
    if not found.texts:
        raise TaskDataError(
            f"{config.file or 'zeroshot.texts'} holds no text; name a file with at least one in "
            "zeroshot.file"
        )
    strange = sorted(set(found.labels or ()).difference(config.labels))
    if strange:
        raise TaskDataError(
            f"column {config.label_column!r} of {config.file} has labels that zeroshot.labels does "
            f"not name: {', '.join(map(repr, strange))}; name all of them"
        )
    return found


def _read(config: ZeroShotConfig) -> LabelledTexts:
    if config.file is None:
        return LabelledTexts(config.texts, None)
    if _is_plain_text(config.file):
        content = lines(read_text(as_path(config.file)))
        return LabelledTexts([line for line in content if line.strip()], None)
    columns = ColumnsConfig(text=config.column, label=config.label_column or config.column)
    rows = TaskConfig(
        type="classification", train=(config.file,), test=(config.file,), columns=columns
    )
    records = read_records([config.file], rows)
    texts = [record.text(config.column) for record in records]
    if config.label_column is None:
        return LabelledTexts(texts, None)
    return LabelledTexts(texts, [record.text(config.label_column) for record in records])


def _is_plain_text(file: str) -> bool:
    for suffix in COMPRESSIONS:
        file = file.removesuffix(suffix)
    return file.endswith(PLAIN_TEXT)
