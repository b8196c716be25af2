"""Files with a JSON object on each line."""

import json

from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.reading.text_file import lines, read_text
from selectra_pipeline.shards.paths import Path


def read_json_lines(path: Path) -> list[Record]:
    """The objects of a file; blank lines are passed over.

    Raises:
        TaskDataError: as `read_text`, or a line is no JSON object.
    """
    return [
        Record(f"{path}, line {number}", _object(path, number, line))
        for number, line in enumerate(lines(read_text(path)), start=1)
        if line.strip()
    ]


def _object(path: Path, number: int, line: str) -> dict:
    try:
        found = json.loads(line)
    except ValueError as error:
        found = error
    if not isinstance(found, dict):
        raise TaskDataError(
            f"{path}, line {number}: a JSON object was expected, one on each line; got "
            f"{found!r:.80}"
        )
    return found
