"""Finding the files that a configured list of paths means."""

import difflib
import glob
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from selectra_pipeline.config.base import UserError
from selectra_pipeline.shards.files import file_sha256

logger = logging.getLogger(__name__)

FORMATS = (".txt", ".jsonl", ".json", ".parquet")
COMPRESSIONS = (".gz", ".zst")
SUPPORTED = "`.txt`, `.jsonl` or `.json` (plain, `.gz` or `.zst`) and `.parquet`"
HASHED_BYTES = 1_000_000_000  # larger corpora are told apart by size and time: hashing takes long


class SourceError(UserError, ValueError):
    """Text that cannot be read. The message says where, and how to mend it.

    Attributes:
        reason: the name under which it is counted when it is skipped ("bad_utf8").
    """

    def __init__(self, message: str, reason: str = "not_found") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class SourceFile:
    """A file of the corpus.

    Attributes:
        path: where it is.
        name: its path inside the configured folder or glob: the first part of document ids.
        format: `.txt`, `.jsonl`, `.json` or `.parquet`.
    """

    path: Path
    name: str
    format: str


def find_source_files(paths: tuple[str, ...]) -> list[SourceFile]:
    """The files that the paths name: in the order of the paths, sorted within each, each once.

    A path is a file, a folder (searched recursively; hidden files are passed over) or a glob
    (`**` stands for any number of folders).

    Raises:
        SourceError: a path that does not exist or names no file of a supported format.
    """
    found: dict[Path, SourceFile] = {}
    for path in paths:
        for file in _expand(os.path.expanduser(path)):
            found.setdefault(file.path.resolve(), file)
    return list(found.values())


def describe_files(files: list[SourceFile]) -> list[dict[str, str | int]]:
    """What tells one state of the files from another: name, bytes, and SHA-256.

    Above `HASHED_BYTES` in all, the time of the last change stands in for the checksum.
    """
    states = [file.path.stat() for file in files]
    hashed = sum(state.st_size for state in states) <= HASHED_BYTES
    return [
        {
            "name": file.name,
            "bytes": state.st_size,
            **(
                {"sha256": file_sha256(file.path)} if hashed else {"modified_ns": state.st_mtime_ns}
            ),
        }
        for file, state in zip(files, states, strict=True)
    ]


def file_format(name: str) -> str | None:
    """The format that a file's name declares, None if it is not supported."""
    name = name.lower()
    suffix = next((suffix for suffix in COMPRESSIONS if name.endswith(suffix)), "")
    declared = os.path.splitext(name.removesuffix(suffix))[1]
    if declared not in FORMATS or (declared == ".parquet" and suffix):
        return None
    return declared


def _expand(path: str) -> list[SourceFile]:
    if os.path.isfile(path):
        declared = file_format(path)
        if declared is None:
            raise SourceError(
                f"{path} is in no supported format: {SUPPORTED} are (Parquet compresses inside "
                "the file); convert or rename it"
            )
        return [SourceFile(Path(path), Path(path).name, declared)]
    if os.path.isdir(path):
        return _supported(path, _files_below(Path(path)), Path(path))
    if glob.has_magic(path):
        matches = [Path(match) for match in glob.glob(path, recursive=True)]
        return _supported(path, [match for match in matches if match.is_file()], _glob_root(path))
    raise SourceError(f"{path} does not exist; {_what_lies_beside(Path(path))}")


def _supported(path: str, candidates: list[Path], root: Path) -> list[SourceFile]:
    """The candidates whose format is supported, sorted; the others are named in the log."""
    files, others = [], []
    for candidate in sorted(candidates):
        declared = file_format(candidate.name)
        if declared is None:
            others.append(str(candidate.relative_to(root)))
        else:
            files.append(SourceFile(candidate, candidate.relative_to(root).as_posix(), declared))
    if not files:
        what = "matches no file" if glob.has_magic(path) else "holds no file"
        raise SourceError(
            f"{path} {what} of a supported format ({SUPPORTED}); {_what_lies_beside(Path(path))}"
        )
    if others:
        logger.warning(
            "%s: %d files of other formats are not read: %s", path, len(others), _listed(others)
        )
    return files


def _files_below(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _glob_root(path: str) -> Path:
    """The folders of a glob before its first wildcard."""
    root = Path(path)
    while glob.has_magic(str(root)):
        root = root.parent
    return root


def _what_lies_beside(path: Path) -> str:
    """A hint for a path that leads nowhere: supported files in the nearest folder that exists."""
    folder = path
    while not folder.is_dir() or glob.has_magic(str(folder)):
        folder = folder.parent
    names = sorted(file.name for file in folder.iterdir() if file_format(file.name))
    nearest = difflib.get_close_matches(path.name, names, n=1)
    if nearest:
        return f"did you mean {folder / nearest[0]}?"
    if names:
        return f"{folder} holds {_listed(names)}"
    return f"{folder} holds no supported files; correct source.paths in the ingestion parameters"


def _listed(names: list[str], limit: int = 5) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
