"""Files in the columns of the CoNLL shared tasks: a word a line, a blank line after a sentence."""

import itertools
import re
from collections.abc import Sequence

from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.reading.text_file import lines, read_text
from selectra_pipeline.shards.paths import Path

COLUMN_SEPARATOR = re.compile(r"[ \t]+")
DOCUMENT_START = "-DOCSTART-"
FIRST, LAST = "text", "label"  # names of columns where no header gives them


def read_conll(path: Path, header: Sequence[str] = ()) -> list[Record]:
    """A record a sentence, in which every column is the list of its values.

    Columns are separated by spaces or tabs, sentences by one or more blank lines; lines that say
    where a document starts are passed over.

    Args:
        header: names of the columns; without it the first is "text", the last "label".

    Raises:
        TaskDataError: as `read_text`, or a line has too few columns.
    """
    records = []
    numbered = enumerate(lines(read_text(path)), start=1)
    for is_blank, group in itertools.groupby(numbered, key=lambda line: not line[1].strip(" \t")):
        words = [(n, line) for n, line in group if not line.startswith(DOCUMENT_START)]
        if not is_blank and words:
            rows = [_columns(path, number, line, header) for number, line in words]
            values = {name: [row[name] for row in rows] for name in rows[0]}
            records.append(Record(f"{path}, line {words[0][0]}", values))
    return records


def _columns(path: Path, number: int, line: str, header: Sequence[str]) -> dict[str, str]:
    columns = COLUMN_SEPARATOR.split(line.strip(" \t"))
    if not header and len(columns) > 1:
        return {FIRST: columns[0], LAST: columns[-1]}
    if len(columns) != len(header):
        raise TaskDataError(
            f"{path}, line {number}: {len(columns)} columns ({line.strip()!r:.60}), where "
            + (
                f"the task's header names {len(header)} ({', '.join(header)})"
                if header
                else "a word needs, separated by a space or a tab, its tag"
            )
        )
    return dict(zip(header, columns, strict=True))
