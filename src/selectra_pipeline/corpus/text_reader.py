"""Documents of text files."""

from collections import Counter
from collections.abc import Iterator

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.skipping import skip_or_raise
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_lines import decode_line, numbered_lines


def read_text(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a text file: each line, the blocks between blank lines, or the whole file.

    One with a line that is skipped is left out.
    """
    document = _Lines(file.name)
    for number, raw in numbered_lines(file):
        line = _decoded(file, number, raw, config, counts)
        if line is None:
            document.is_whole = False
        elif config.text_unit == "file" or line.strip():
            document.add(number, line)
        if config.text_unit == "line" or _is_end_of_block(line, config):
            yield from document.end()
    yield from document.end()


class _Lines:
    """The lines of the document that is being read."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._begin()

    def _begin(self) -> None:
        self._start, self._lines, self.is_whole = 0, [], True

    def add(self, number: int, line: str) -> None:
        self._start = self._start or number
        self._lines.append(line)

    def end(self) -> Iterator[Document]:
        """The document, if there is one; the next line begins another."""
        if self._lines and self.is_whole:
            yield Document(f"{self._file_name}:{self._start}", "".join(self._lines))
        self._begin()


def _decoded(
    file: SourceFile, number: int, raw: bytes, config: SourceConfig, counts: Counter[str]
) -> str | None:
    try:
        return decode_line(file, number, raw)
    except SourceError as error:
        skip_or_raise(error, config, counts)
        return None


def _is_end_of_block(line: str | None, config: SourceConfig) -> bool:
    return config.text_unit == "blank_line" and line is not None and not line.strip()
