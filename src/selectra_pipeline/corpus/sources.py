"""Reading documents from text, JSON Lines and Parquet files, as a stream.

Whatever cannot be read raises a `SourceError` that names file and line, or, where the
configuration says `on_error: skip`, is counted by reason and passed over. Reasons: `bad_utf8`,
`bad_json`, `missing_field`, `not_a_text`, `bad_labels`, `too_long`, `damaged_file` (what comes
before the damage is kept) and `empty_file` (never an error). A storage or hub that is out of reach
is never skipped.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.json_lines_reader import read_json_lines
from selectra_pipeline.corpus.parquet_reader import read_parquet
from selectra_pipeline.corpus.skipping import skip_or_raise
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_reader import read_text

logger = logging.getLogger(__name__)

Reader = Callable[[SourceFile, SourceConfig, Counter[str]], Iterator[Document]]
READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".jsonl": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
}


def open_corpus(
    config: IngestionConfig, files: Iterable[SourceFile], counts: Counter[str]
) -> Iterator[Document]:
    """The documents of the configured corpus: the embedded one, or those of the files, in order.

    Args:
        config: where to read and what to do about damage.
        files: what `find_source_files` found; not looked at for the embedded corpus.
        counts: receives, by reason, how many files, lines and records were skipped.

    Raises:
        SourceError: with `on_error: fail`, the first damage.
    """
    if config.source.is_embedded:
        from selectra_pipeline.corpus.embedded import generate_documents

        yield from generate_documents(config.embedded.megabytes, config.embedded.seed)
    for file in files:
        yield from read_file(file, config.source, counts)


def read_file(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """The documents of one file.

    Yields:
        Documents with their text as it stands in the file. The id is the record's own "id" if that
        is a text, else "<file>:<line or record, from 1>"; a document of several lines has the
        number of its first line.

    Raises:
        SourceError: with `on_error: fail`, the first damage.
        StorageError, HubError: the storage or the hub is out of reach.
    """
    documents, skipped = 0, counts.total()
    try:
        for document in READERS[file.format](file, config, counts):
            documents += 1
            yield document
    except SourceError as error:
        skip_or_raise(error, config, counts)
    if not documents and counts.total() == skipped:
        logger.warning("%s holds no documents", file.path)
        counts["empty_file"] += 1
