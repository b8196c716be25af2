"""Documents of text files."""

import logging
from collections import Counter
from collections.abc import Iterator

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.normalization import REPLACEMENT_CHARACTER, normalize_line
from selectra_pipeline.corpus.skipping import LOGGED_SKIPS, skip_or_raise
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_lines import decode_line, numbered_lines

logger = logging.getLogger(__name__)

LARGEST_DOCUMENT = 100_000_000  # bytes; what is larger lacks the ends of its documents


def read_text(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a text file: each line, the blocks between blank lines, or the whole file.

    One with a line that is skipped is left out, and so is one that is too long.
    """
    document = _Lines(file, config)
    for number, raw in numbered_lines(file):
        is_blank = False
        try:
            line = decode_line(file, number, raw)
            is_blank = _is_blank(line)
            if config.text_unit == "file" or not is_blank:
                document.add(number, line, len(raw))
        except SourceError as error:
            skip_or_raise(error, config, counts)
            document.leave_out(number, is_logged=counts[error.reason] <= LOGGED_SKIPS)
        if config.text_unit == "line" or (config.text_unit == "blank_line" and is_blank):
            yield from document.end()
    yield from document.end()


class _Lines:
    """The lines of the document that is being read; none of one that is left out."""

    def __init__(self, file: SourceFile, config: SourceConfig) -> None:
        self._file, self._config = file, config
        self._begin()

    def _begin(self) -> None:
        self._lines: list[str] = []
        self._start = self._number = self._bytes = 0
        self._is_left_out = self._is_logged = False

    def add(self, number: int, line: str, size: int) -> None:
        """Append a line of so many bytes.

        Raises:
            SourceError: the document is too long.
        """
        self._count(number)
        if self._is_left_out:
            return
        self._lines.append(line)
        self._bytes += size
        if self._bytes > LARGEST_DOCUMENT:
            raise _too_long(self._file, self._start, self._config)

    def leave_out(self, number: int, is_logged: bool) -> None:
        """Keep nothing of the document, because of this line of it."""
        self._count(number)
        self._lines = []
        self._is_left_out = True
        self._is_logged |= is_logged

    def end(self) -> Iterator[Document]:
        """The document, if there is one; the next line begins another."""
        if self._lines:
            yield Document(f"{self._file.name}:{self._start}", "".join(self._lines))
        elif self._is_logged and self._number > self._start:
            logger.warning(
                "%s: the whole document is left out, %d lines from line %d on; with "
                "source.text_unit=line each line is a document of its own",
                self._file.path,
                self._number - self._start + 1,
                self._start,
            )
        self._begin()

    def _count(self, number: int) -> None:
        self._start = self._start or number
        self._number = number


def _is_blank(line: str) -> bool:
    """Whether normalisation leaves nothing of a line: it may hold zero-width spaces."""
    stripped = line.strip()
    if not stripped:
        return True
    if stripped[0].isprintable() and stripped[0] != REPLACEMENT_CHARACTER:
        return False
    return not normalize_line(stripped)


def _too_long(file: SourceFile, start: int, config: SourceConfig) -> SourceError:
    size = f"{LARGEST_DOCUMENT / 1e6:g} MB"
    problems = {
        "blank_line": f"no blank line in {size} from line {start} on; set source.text_unit=line",
        "file": f"it has more than {size}; set source.text_unit to blank_line or line",
        "line": f"line {start} has more than {size}; break it into shorter ones",
    }
    return SourceError(f"{file.path}: {problems[config.text_unit]}", "too_long")
