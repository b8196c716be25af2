"""Documents of Parquet files."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.record_layout import fields_to_read, record_document
from selectra_pipeline.corpus.skipping import SKIP_HINT, skip_or_raise
from selectra_pipeline.corpus.source_error import DAMAGED_FILE, SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_lines import require_in_reach
from selectra_pipeline.shards.paths import StorageError

BATCH = 256  # records in memory at a time
BUFFERED_BYTES = 1 << 20  # of a column


def read_parquet(
    file: SourceFile, config: SourceConfig, counts: Counter[str]
) -> Iterator[Document]:
    """Documents of a Parquet file: one of each record."""
    for number, scalars in enumerate(_records(file, config), start=1):
        where = f"{file.path}, record {number}"
        try:
            record = _values(where, scalars)
            document = record_document(record, where, f"{file.name}:{number}", config)
        except SourceError as error:
            skip_or_raise(error, config, counts)
            continue
        yield document


def _records(file: SourceFile, config: SourceConfig) -> Iterator[dict[str, pa.Scalar]]:
    """Records with the columns that are looked at; whether these are there is checked first."""
    number = 0
    try:
        with file.open_stored() as opened, _open(opened) as parquet:
            columns = fields_to_read(parquet.schema_arrow.names, config, str(file.path))
            for batch in parquet.iter_batches(BATCH, columns=columns):
                for record in zip(*batch.columns, strict=True):
                    number += 1
                    yield dict(zip(batch.schema.names, record, strict=True))
    except (StorageError, pa.ArrowMemoryError):
        raise  # no damage
    except (pa.ArrowException, OSError) as error:
        require_in_reach(file, error)
        raise SourceError(
            f"{file.path} is not readable as Parquet after record {number} ({error}); fetch it "
            f"again {SKIP_HINT}, which keeps what comes before",
            DAMAGED_FILE,
        ) from error


def _open(stored: BinaryIO) -> pq.ParquetFile:
    """Read through a buffer, not a whole column of a row group ahead, which may be large."""
    return pq.ParquetFile(stored, pre_buffer=False, buffer_size=BUFFERED_BYTES)


def _values(where: str, record: dict[str, pa.Scalar]) -> dict[str, object]:
    try:
        return {name: scalar.as_py() for name, scalar in record.items()}
    except UnicodeDecodeError as error:  # Arrow does not check the texts that it reads
        raise SourceError(
            f"{where}: not UTF-8 ({error}); mend the record {SKIP_HINT}", "bad_utf8"
        ) from None
