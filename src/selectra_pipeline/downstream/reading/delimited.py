"""Files with a column between tabs (TSV) or commas (CSV)."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.reading.text_file import lines, read_text
from selectra_pipeline.shards.paths import Path

Fields = Sequence[str]

csv.field_size_limit(sys.maxsize)  # a text is as long as it is


def read_tsv(path: Path, header: Fields = ()) -> list[Record]:
    """Rows of a TSV file. A quotation mark is a character like any other.

    Args:
        header: names of the columns of a file that has no header line.

    Raises:
        TaskDataError: as `read_text`, a row has more or fewer columns than the header, or two
            columns have one name.
    """
    numbered = enumerate(lines(read_text(path)), start=1)
    return _records(path, ((n, line.split("\t")) for n, line in numbered if line), header)


def read_csv(path: Path, header: Fields = ()) -> list[Record]:
    """Rows of a CSV file: values may stand in double quotes, inside of which two mean one.

    Args and errors are those of `read_tsv`.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        return _records(path, ((reader.line_num, row) for row in reader if row), header)
    except csv.Error as error:
        raise TaskDataError(
            f"{path}, line {reader.line_num}: {error}; mend the quotation marks, or set "
            "format=tsv for a file with tabs and bare quotation marks"
        ) from error


def _records(path: Path, rows: Iterator[tuple[int, Fields]], header: Fields) -> list[Record]:
    names = header or next(rows, (0, ()))[1]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise TaskDataError(
            f"{path}: more than one column is named {repeated[0]!r}; rename one of them"
        )
    return [Record(f"{path}, line {n}", _values(path, n, names, row)) for n, row in rows]


def _values(path: Path, number: int, names: Fields, row: Iterable[str]) -> dict[str, str]:
    row = list(row)
    if len(row) != len(names):
        raise TaskDataError(
            f"{path}, line {number}: {len(row)} columns, where the header has {len(names)} "
            f"({', '.join(names)}); mend the line, or the task's format and header"
        )
    return dict(zip(names, row, strict=True))
