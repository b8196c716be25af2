"""Reading documents from text, JSON Lines and Parquet files, as a stream.

Whatever cannot be read raises a `SourceError` that names file and line, or, where the
configuration says `on_error: skip`, is counted by reason and passed over. Reasons: `bad_utf8`,
`bad_json`, `missing_field`, `not_a_text`, `damaged_file` (what comes before the damage is kept)
and `empty_file` (never an error).
"""

import codecs
import difflib
import json
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.source_files import SourceError, SourceFile, find_source_files
from selectra_pipeline.shards.files import open_binary, open_stored

logger = logging.getLogger(__name__)

DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError)
LOGGED_SKIPS = 3  # of each reason; the counts tell the rest
PARQUET_BATCH = 256  # records in memory at a time
SKIP_HINT = "or set source.on_error to skip"


def open_corpus(config: IngestionConfig, counts: Counter[str]) -> Iterator[Document]:
    """The documents of the configured corpus: the embedded one, or those of `read_documents`."""
    if config.source.is_embedded:
        from selectra_pipeline.corpus.embedded import generate_documents

        return generate_documents(config.embedded.megabytes, config.embedded.seed)
    return read_documents(config.source, counts)


def read_documents(config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """The documents of all files that `config.paths` names, in the order of the sorted files.

    Args:
        config: where to read and what to do about damage.
        counts: receives, by reason, how many files, lines and records were skipped.

    Yields:
        Documents with their text as it stands in the file. The id is the record's own "id" if that
        is a text, else "<file>:<line or record, from 1>"; a document of several lines has the
        number of its first line.

    Raises:
        SourceError: a path that leads nowhere; with `on_error: fail`, the first damage.
    """
    for file in find_source_files(config.paths):
        yield from _read_file(file, config, counts)


def _read_file(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    documents, skipped = 0, counts.total()
    try:
        for document in READERS[file.format](file, config, counts):
            documents += 1
            yield document
    except SourceError as error:
        _skip_or_raise(error, config, counts)
    if not documents and counts.total() == skipped:
        logger.warning("%s holds no documents", file.path)
        counts["empty_file"] += 1


def _skip_or_raise(error: SourceError, config: SourceConfig, counts: Counter[str]) -> None:
    if config.on_error == "fail":
        raise error
    counts[error.reason] += 1
    if counts[error.reason] <= LOGGED_SKIPS:
        logger.warning("skipped (%s): %s", error.reason, error)


def _read_text(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a text file: each line, the blocks between blank lines, or the whole file."""
    block: list[str] = []
    start = 1
    for number, raw in _lines(file):
        try:
            line = _decode(file, number, raw)
        except SourceError as error:
            _skip_or_raise(error, config, counts)
            continue
        if config.text_unit == "file" or line.strip():
            start = start if block else number
            block.append(line)
        if block and (config.text_unit == "line" or _is_end_of_block(line, config)):
            yield Document(f"{file.name}:{start}", "".join(block))
            block = []
    if block:
        yield Document(f"{file.name}:{start}", "".join(block))


def _is_end_of_block(line: str, config: SourceConfig) -> bool:
    return config.text_unit == "blank_line" and not line.strip()


def _read_json_lines(
    file: SourceFile, config: SourceConfig, counts: Counter[str]
) -> Iterator[Document]:
    for number, raw in _lines(file):
        if not raw.strip():
            continue
        try:
            document = _json_document(file, number, raw, config.text_field)
        except SourceError as error:
            _skip_or_raise(error, config, counts)
            continue
        yield document


def _json_document(file: SourceFile, number: int, raw: bytes, field: str) -> Document:
    line = _decode(file, number, raw)
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        record = error
    if not isinstance(record, dict):
        got = (
            record if isinstance(record, Exception) else f"a value of type {type(record).__name__}"
        )
        raise SourceError(
            f"{file.path}, line {number}: a JSON object was expected, one on each line; got "
            f"{got}; mend the line {SKIP_HINT}",
            "bad_json",
        )
    if field not in record:
        raise SourceError(
            f"{file.path}, line {number}: no field {field!r}; {_fields_hint(field, list(record))}",
            "missing_field",
        )
    return _document(f"{file.path}, line {number}", file, number, record[field], record.get("id"))


def _read_parquet(
    file: SourceFile, config: SourceConfig, counts: Counter[str]
) -> Iterator[Document]:
    try:
        with open_stored(file.path) as opened, pq.ParquetFile(opened) as parquet:
            columns = _parquet_columns(file, parquet.schema_arrow, config.text_field)
            batches = parquet.iter_batches(PARQUET_BATCH, columns=columns)
            records = (record for batch in batches for record in zip(*batch.columns, strict=True))
            for number, record in enumerate(records, start=1):
                scalars = dict(zip(columns, record, strict=True))
                try:
                    document = _parquet_document(file, number, scalars, config)
                except SourceError as error:
                    _skip_or_raise(error, config, counts)
                    continue
                yield document
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{file.path} is not readable as Parquet ({error}); fetch it again {SKIP_HINT}",
            "damaged_file",
        ) from error


def _parquet_columns(file: SourceFile, schema: pa.Schema, field: str) -> list[str]:
    """The columns to read; checked before anything is."""
    if field not in schema.names:
        raise SourceError(
            f"{file.path}: no column {field!r}; {_fields_hint(field, schema.names)}",
            "missing_field",
        )
    return [field, "id"] if "id" in schema.names and field != "id" else [field]


def _parquet_document(
    file: SourceFile, number: int, record: dict[str, pa.Scalar], config: SourceConfig
) -> Document:
    where = f"{file.path}, record {number}"
    try:
        values = {name: scalar.as_py() for name, scalar in record.items()}
    except UnicodeDecodeError as error:  # Arrow does not check the texts that it reads
        raise SourceError(
            f"{where}: not UTF-8 ({error}); mend the record {SKIP_HINT}", "bad_utf8"
        ) from None
    return _document(where, file, number, values[config.text_field], values.get("id"))


def _document(where: str, file: SourceFile, number: int, text: Any, own_id: Any) -> Document:
    if not isinstance(text, str):
        got = "null" if text is None else f"of type {type(text).__name__}"
        raise SourceError(
            f"{where}: the text is {got}, not a text; choose another source.text_field, mend the "
            f"record {SKIP_HINT}",
            "not_a_text",
        )
    return Document(own_id if own_id and isinstance(own_id, str) else f"{file.name}:{number}", text)


def _lines(file: SourceFile) -> Iterator[tuple[int, bytes]]:
    r"""Lines and their numbers, from 1. Only b"\n" ends one: texts may contain U+2028 and U+0085.

    Raises:
        SourceError: the file is damaged or cannot be opened.
    """
    number = 0
    try:
        with open_binary(file.path) as opened:
            for number, line in enumerate(opened, start=1):
                yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
    except DAMAGE as error:
        raise SourceError(
            f"{file.path}: not readable after line {number} ({error}); fetch the file again "
            f"{SKIP_HINT}, which keeps what comes before",
            "damaged_file",
        ) from error


def _decode(file: SourceFile, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{file.path}, line {number}: byte {error.start} of the line (0x"
            f"{line[error.start]:02x}) is not UTF-8; convert the file, for example with "
            f"`iconv -f latin1 -t utf-8`, {SKIP_HINT}",
            "bad_utf8",
        ) from None


def _fields_hint(field: str, names: list[str]) -> str:
    nearest = difflib.get_close_matches(field, names, n=1)
    guess = f"did you mean {nearest[0]!r}? " if nearest else ""
    return f"{guess}there are: {', '.join(sorted(names)) or 'none'}; set source.text_field"


Reader = Callable[[SourceFile, SourceConfig, Counter[str]], Iterator[Document]]
READERS: dict[str, Reader] = {
    ".txt": _read_text,
    ".jsonl": _read_json_lines,
    ".json": _read_json_lines,
    ".parquet": _read_parquet,
}
