"""Lines of plain or compressed files, with what is wrong with them told by file and line."""

import codecs
import zlib
from collections.abc import Iterator

import zstandard

from selectra_pipeline.corpus.skipping import SKIP_HINT
from selectra_pipeline.corpus.source_error import DAMAGED_FILE, SourceError
from selectra_pipeline.corpus.source_files import COMPRESSIONS, SourceFile
from selectra_pipeline.shards.files import decompress
from selectra_pipeline.shards.paths import StorageError

UTF_16 = "UTF-16; convert it, for example with `iconv -f utf-16 -t utf-8`,"
BEGINNINGS = {  # of files that are no UTF-8: what they are, and the remedy
    codecs.BOM_UTF16_LE: UTF_16,
    codecs.BOM_UTF16_BE: UTF_16,
    b"\x1f\x8b": "a file of gzip; decompress it, or let its name end in `.gz`,",
    b"\x28\xb5\x2f\xfd": "a file of zstd; decompress it, or let its name end in `.zst`,",
}
DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError)


def numbered_lines(file: SourceFile) -> Iterator[tuple[int, bytes]]:
    r"""Lines and their numbers, from 1. Only b"\n" ends one: texts may contain U+2028 and U+0085.

    Raises:
        SourceError: the file is damaged or cannot be opened.
        StorageError, HubError: it is whole for all that is known, but out of reach.
    """
    number = 0
    try:
        with decompress(file.open_stored(), file.path.name) as opened:
            for number, line in enumerate(opened, start=1):
                yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if number == 0 and file.path.name.lower().endswith(COMPRESSIONS) and not file.bytes:
            raise EOFError("it has no bytes, where an empty compressed file has some")
    except StorageError:
        raise  # an OSError, but no damage
    except DAMAGE as error:
        require_in_reach(file, error)
        raise SourceError(
            f"{file.path}: not readable after line {number} ({error}); fetch the file again "
            f"{SKIP_HINT}, which keeps what comes before",
            DAMAGED_FILE,
        ) from error


def require_in_reach(file: SourceFile, error: Exception) -> None:
    """Tell a file that the system can't read, whatever is in it, from a damaged one.

    Raises:
        StorageError: it is none that can be read now.
    """
    if isinstance(error, OSError) and error.errno is not None:
        raise StorageError(
            error.errno,
            f"{file.path} can't be read ({error.strerror}); mend what keeps it out of reach and "
            "run the same command again: such a file is never skipped",
        ) from error


def decode_line(file: SourceFile, number: int, line: bytes) -> str:
    """The text of a line.

    Raises:
        SourceError: it is not UTF-8.
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = (
            f"{file.path}, line {number}: byte {error.start} of the line (0x"
            f"{line[error.start]:02x}) is not UTF-8; convert the file, for example with "
            "`iconv -f latin1 -t utf-8`,"
        )
        for beginning, kind in BEGINNINGS.items():
            if number == 1 and line.startswith(beginning):
                problem = f"{file.path} is not UTF-8: it begins like {kind}"
        raise SourceError(f"{problem} {SKIP_HINT}", "bad_utf8") from None
