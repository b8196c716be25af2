"""Text files, plain or compressed, on any storage."""

from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.shards.files import open_binary
from selectra_pipeline.shards.paths import Path


def read_text(path: Path) -> str:
    """The content of a file in UTF-8, with or without a byte-order mark; `.gz` and `.zst` too.

    Raises:
        TaskDataError: no such file, a damaged one, or one in another encoding.
    """
    if not path.is_file():
        raise TaskDataError(f"{path} is no file; correct the path in the parameters")
    try:
        with open_binary(path) as opened:
            return opened.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TaskDataError(
            f"{path} is not UTF-8 (byte {error.start}); the files of CoNLL-2002 are distributed in "
            f"Latin-1: iconv -f latin1 -t utf8 {path.name} converts them"
        ) from error
    except (OSError, EOFError) as error:
        raise TaskDataError(f"{path} is not readable ({error}); fetch the file again") from error


def lines(text: str) -> list[str]:
    r"""Lines that "\n" or "\r\n" ends: a text may hold U+2028, U+0085 or a lone "\r"."""
    return [line.removesuffix("\r") for line in text.split("\n")]
