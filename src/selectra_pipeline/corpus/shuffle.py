"""Shuffle files: the documents of one task of ingestion, grouped by the shard that they go into.

A Parquet file whose row groups each hold documents of one shard. Its footer says which, so that a
later task reads its shard's row groups of all shuffle files and nothing else. Row groups have
checksums, and a file that was cut off has no footer.
"""

import contextlib
import pathlib
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from selectra_pipeline.config.base import UserError
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.shards.files import replace_file

BUFFERED_CHARACTERS = 32_000_000  # of all shards together; a character has 1 to 4 bytes
LARGEST_ROW_GROUP = 4_000_000
LARGEST_FOOTER = 2**31 - 1  # bytes, and parts; Arrow's own 100 MB are 480,000 row groups
SCHEMA = pa.schema([("shard", pa.int32()), ("id", pa.string()), ("text", pa.large_string())])


class ShuffleError(UserError, ValueError):
    """A shuffle file that cannot be read. The message says how to mend it."""


class ShuffleWriter:
    """Gathers documents by shard and writes a row group whenever a shard has enough for one."""

    def __init__(self, parquet: pq.ParquetWriter, shards: int) -> None:
        self._parquet = parquet
        self._row_group = min(LARGEST_ROW_GROUP, BUFFERED_CHARACTERS // shards)
        self._buffers: list[list[Document]] = [[] for _ in range(shards)]
        self._buffered = [0] * shards  # characters

    def add(self, shard: int, document: Document) -> None:
        """Append a document to a shard."""
        self._buffers[shard].append(document)
        self._buffered[shard] += len(document.text)
        if self._buffered[shard] >= self._row_group:
            self._write_row_group(shard)

    def flush(self) -> None:
        """Write what waits."""
        for shard, documents in enumerate(self._buffers):
            if documents:
                self._write_row_group(shard)

    def _write_row_group(self, shard: int) -> None:
        documents = self._buffers[shard]
        columns = [
            [shard] * len(documents),
            [document.id for document in documents],
            [document.text for document in documents],
        ]
        table = pa.table(columns, schema=SCHEMA)
        self._parquet.write_table(table, row_group_size=len(documents))
        self._buffers[shard], self._buffered[shard] = [], 0


@contextlib.contextmanager
def write_shuffle(path: pathlib.Path, shards: int) -> Iterator[ShuffleWriter]:
    """Give the writer of a shuffle file for so many shards; the file appears when the block ends.

    Raises:
        StorageError: the disk is full.
    """
    with (
        replace_file(path) as temporary,
        open(temporary, "wb") as file,
        pq.ParquetWriter(
            file,
            SCHEMA,
            compression="zstd",
            use_dictionary=False,
            write_statistics=["shard"],
            write_page_checksum=True,
        ) as parquet,
    ):
        writer = ShuffleWriter(parquet, shards)
        yield writer
        writer.flush()


def read_shuffle(path: pathlib.Path, shard: int) -> Iterator[Document]:
    """The documents of one shard, in the order in which they were added.

    Raises:
        ShuffleError: the file is missing, was cut off or changed.
    """
    try:
        with _open(path) as parquet:
            for number in range(parquet.num_row_groups):
                if _shard_of(parquet.metadata.row_group(number)) == shard:
                    rows = parquet.read_row_group(number, ["id", "text"], use_threads=False)
                    yield from map(Document, *(column.to_pylist() for column in rows.columns))
    except (pa.ArrowException, OSError) as error:
        raise ShuffleError(
            f"{path} is damaged ({error}); delete the folder {path.parent.parent} and run the "
            "ingestion stage again"
        ) from error


def is_whole(path: pathlib.Path) -> bool:
    """Whether a shuffle file is there and was not cut off."""
    try:
        with _open(path):
            return True
    except (pa.ArrowException, OSError):
        return False


def _open(path: pathlib.Path) -> pq.ParquetFile:
    return pq.ParquetFile(
        path,
        page_checksum_verification=True,
        thrift_string_size_limit=LARGEST_FOOTER,
        thrift_container_size_limit=LARGEST_FOOTER,
    )


def _shard_of(row_group: pq.RowGroupMetaData) -> int:
    return row_group.column(0).statistics.min
