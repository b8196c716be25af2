"""The format of a file, and the reader for it."""

from collections.abc import Sequence

from selectra_pipeline.config.task import EMBEDDED, HUB, RowFormat, TaskConfig
from selectra_pipeline.downstream.reading.conll import read_conll
from selectra_pipeline.downstream.reading.delimited import read_csv, read_tsv
from selectra_pipeline.downstream.reading.embedded import read_embedded
from selectra_pipeline.downstream.reading.hub import fetch
from selectra_pipeline.downstream.reading.json_lines import read_json_lines
from selectra_pipeline.downstream.reading.parquet import read_parquet
from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.reading.squad import read_squad
from selectra_pipeline.shards.paths import Path, as_path

SUFFIXES: dict[str, RowFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".conll": "conll",
    ".json": "squad",
    ".parquet": "parquet",
}
COMPRESSIONS = (".gz", ".zst")


def read_records(paths: Sequence[str], config: TaskConfig) -> list[Record]:
    """The rows of files, one file after another.

    Raises:
        TaskDataError: a file is missing or damaged, or its format is not known.
    """
    return [record for path in paths for record in _read(path, config)]


def _read(name: str, config: TaskConfig) -> list[Record]:
    if name.startswith(EMBEDDED):
        return read_embedded(name)
    path = fetch(name) if name.startswith(HUB) else as_path(name)
    match file_format(path, config):
        case "csv":
            return read_csv(path, config.header)
        case "tsv":
            return read_tsv(path, config.header)
        case "conll":
            return read_conll(path, config.header)
        case "jsonl":
            return read_json_lines(path)
        case "squad":
            return read_squad(path)
        case "parquet":
            return read_parquet(path)


def file_format(path: Path, config: TaskConfig) -> RowFormat:
    """The format that the task states or the file's suffix means.

    Raises:
        TaskDataError: neither says it.
    """
    if config.format is not None:
        return config.format
    suffixes = [suffix for suffix in path.suffixes if suffix not in COMPRESSIONS]
    if suffixes and suffixes[-1] in SUFFIXES:
        return SUFFIXES[suffixes[-1]]
    if config.type == "token_classification":  # esp.train
        return "conll"
    raise TaskDataError(
        f"{path}: no format has this suffix ({', '.join(SUFFIXES)}, plain or with "
        f"{' or '.join(COMPRESSIONS)}); rename the file, or set the task's format"
    )
