"""Finding the files that a configured list of paths means."""

import difflib
import glob
import logging
import os
from dataclasses import dataclass

from selectra_pipeline.config.base import UserError
from selectra_pipeline.shards.files import file_sha256
from selectra_pipeline.shards.paths import Path, as_path, file_state, is_remote, resolve
from selectra_pipeline.shards.remote import remote_errors

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
    (`**` stands for any number of folders, in local paths).

    Raises:
        SourceError: a path that does not exist or names no file of a supported format.
        StorageError: a remote path whose storage is unknown or does not answer.
    """
    found: dict[Path, SourceFile] = {}
    for path in paths:
        with remote_errors(path):
            for file in _expand(os.path.expanduser(path)):
                found.setdefault(resolve(file.path), file)
    return list(found.values())


def describe_files(files: list[SourceFile]) -> list[dict[str, str | int]]:
    """What tells one state of the files from another: name, bytes, and SHA-256.

    Above `HASHED_BYTES` in all, the time of the last change stands in for the checksum.
    """
    states = [file_state(file.path) for file in files]
    hashed = sum(state.bytes for state in states) <= HASHED_BYTES
    return [
        {
            "name": file.name,
            "bytes": state.bytes,
            **(
                {"sha256": file_sha256(file.path)} if hashed else {"modified_ns": state.modified_ns}
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
    place = as_path(path)
    if place.is_file():
        declared = file_format(path)
        if declared is None:
            raise SourceError(
                f"{path} is in no supported format: {SUPPORTED} are (Parquet compresses inside "
                "the file); convert or rename it"
            )
        return [SourceFile(place, place.name, declared)]
    if place.is_dir():
        return _supported(path, _files_below(place), place)
    if glob.has_magic(path):
        matches = [match for match in _matches(place) if match.is_file()]
        return _supported(path, matches, _glob_root(place))
    raise SourceError(f"{path} does not exist; {_what_lies_beside(place)}")


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
            f"{path} {what} of a supported format ({SUPPORTED}); {_what_lies_beside(as_path(path))}"
        )
    if others:
        logger.warning(
            "%s: %d files of other formats are not read: %s", path, len(others), _listed(others)
        )
    return files


def _files_below(folder: Path) -> list[Path]:
    if is_remote(folder):
        paths = [parent / name for parent, _, names in folder.walk() for name in names]
    else:
        paths = [path for path in folder.rglob("*") if path.is_file()]
    return [
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _matches(pattern: Path) -> list[Path]:
    if not is_remote(pattern):
        return [as_path(match) for match in glob.glob(str(pattern), recursive=True)]
    root = _glob_root(pattern)
    if "**" in pattern.parts:
        raise SourceError(f"{pattern}: ** works in local paths only; name the folder {root}")
    return list(root.glob("/".join(pattern.relative_to(root).parts)))


def _glob_root(pattern: Path) -> Path:
    """The folders of a glob before its first wildcard."""
    root = pattern
    while glob.has_magic(str(root)):
        root = root.parent
    return root


def _what_lies_beside(path: Path) -> str:
    """A hint for a path that leads nowhere: supported files in the nearest folder that exists."""
    folder = _nearest_folder(path)
    if folder is None:
        return "nor does its bucket"
    names = sorted(file.name for file in folder.iterdir() if file_format(file.name))
    nearest = difflib.get_close_matches(path.name, names, n=1)
    if nearest:
        return f"did you mean {folder / nearest[0]}?"
    if names:
        return f"{folder} holds {_listed(names)}"
    return f"{folder} holds no supported files; correct source.paths in the ingestion parameters"


def _nearest_folder(path: Path) -> Path | None:
    """The folder above that exists and is nearest; None where there is not even a bucket."""
    for folder in (path, *path.parents):
        if str(folder).endswith("://"):
            break
        if not glob.has_magic(str(folder)) and folder.is_dir():
            return folder
    return None


def _listed(names: list[str], limit: int = 5) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
