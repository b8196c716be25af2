"""Documents of JSON Lines files.

The "json" builder of `datasets` guesses a field's type from the first records and fails where a
field is null at first and a list later, as OSCAR's labels are; it also takes a file as a whole for
damaged. Here every line stands for itself.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.record_layout import record_document
from selectra_pipeline.corpus.skipping import SKIP_HINT, skip_or_raise
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_lines import decode_line, numbered_lines


def read_json_lines(
    file: SourceFile, config: SourceConfig, counts: Counter[str]
) -> Iterator[Document]:
    """Documents of a JSON Lines file: one of each line that is not blank."""
    for number, raw in numbered_lines(file):
        if not raw.strip():
            continue
        where = f"{file.path}, line {number}"
        try:
            record = _parse(where, decode_line(file, number, raw))
            document = record_document(record, where, f"{file.name}:{number}", config)
        except SourceError as error:
            skip_or_raise(error, config, counts)
            continue
        yield document


def _parse(where: str, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _bad_line(where, f"no JSON ({error})") from None
    if not isinstance(record, dict):
        raise _bad_line(where, f"a value of type {type(record).__name__}")
    return record


def _bad_line(where: str, got: str) -> SourceError:
    return SourceError(
        f"{where}: a JSON object was expected, one on each line; got {got}; mend the line "
        f"{SKIP_HINT}",
        "bad_json",
    )
