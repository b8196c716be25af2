"""Parquet files, as the Hugging Face hub has them."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.shards.files import open_stored
from selectra_pipeline.shards.paths import Path


def read_parquet(path: Path) -> list[Record]:
    """The rows of a file. Where its metadata name the classes of numbers, the names are given.

    Raises:
        TaskDataError: no such file, or it is damaged.
    """
    if not path.is_file():
        raise TaskDataError(f"{path} is no file; correct the path in the parameters")
    try:
        with open_stored(path) as opened:
            table = pq.read_table(opened)
    except (pa.ArrowException, OSError) as error:
        raise TaskDataError(
            f"{path} is not readable as Parquet ({error}); fetch it again"
        ) from error
    names = {name: _namer(feature) for name, feature in _features(table.schema).items()}
    return [
        Record(f"{path}, row {number}", {key: names[key](value) for key, value in row.items()})
        for number, row in enumerate(table.to_pylist(), start=1)
    ]


def _features(schema: pa.Schema) -> dict[str, Any]:
    """What the library that wrote the file says of the columns; not much if it was another."""
    import datasets  # slow to import

    return datasets.Features.from_arrow_schema(schema)


def _namer(feature: Any) -> Callable[[Any], Any]:
    """What makes names of class numbers, alone or in a list; other values stay as they are."""
    import datasets

    inner = getattr(feature, "feature", None)
    if isinstance(inner, datasets.ClassLabel):
        return lambda numbers: [_name(inner, number) for number in numbers]
    if isinstance(feature, datasets.ClassLabel):
        return lambda number: _name(feature, number)
    return lambda value: value


def _name(feature: Any, number: int | None) -> Any:
    """The name of a class; a row without a class has -1, which no class has."""
    return number if number is None or number < 0 else feature.int2str(number)
