"""Finding the files that a configured list of paths means."""

import difflib
import glob
import itertools
import logging
import os
import pathlib
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from selectra_pipeline.config.hub_address import HubAddress, is_hub_address
from selectra_pipeline.corpus.hub_files import HubFile, open_hub_file
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_lock import SourceLock
from selectra_pipeline.shards.files import file_sha256, open_stored
from selectra_pipeline.shards.paths import Path, as_path, file_state, is_remote, resolve
from selectra_pipeline.shards.remote import remote_errors

logger = logging.getLogger(__name__)

FORMATS = (".txt", ".jsonl", ".json", ".parquet")
COMPRESSIONS = (".gz", ".zst")
SUPPORTED = "`.txt`, `.jsonl` or `.json` (plain, `.gz` or `.zst`) and `.parquet`"
HASHED_BYTES = 1_000_000_000  # larger corpora are told apart by size and time: hashing takes long


@dataclass(frozen=True)
class SourceFile:
    """A file of the corpus, which another process can be given.

    Attributes:
        path: where it is, on this machine, an object store or the hub.
        name: its path inside the configured folder or glob: the first part of document ids.
        format: `.txt`, `.jsonl`, `.json` or `.parquet`.
    """

    path: Path | HubFile
    name: str
    format: str

    @property
    def bytes(self) -> int:
        """Its size as it is stored."""
        return self.path.bytes if isinstance(self.path, HubFile) else file_state(self.path).bytes

    def open_stored(self) -> BinaryIO:
        """Open it for reading its bytes as they are stored."""
        if isinstance(self.path, HubFile):
            return open_hub_file(self.path)
        return open_stored(self.path)


def find_source_files(paths: tuple[str, ...], directory: Path | None = None) -> list[SourceFile]:
    """The files that the paths name: in the order of the paths, sorted within each, each once.

    A path is a file, a folder (searched recursively; hidden files are passed over) or a glob of
    files and folders (`**` stands for any number of folders, but not on an object store), or an
    address on the hub.

    Args:
        directory: of the stage that reads them, where what the hub holds is kept (`SourceLock`);
            None asks the hub anew every time.

    Raises:
        SourceError: a path that does not exist or names no file of a supported format.
        MovedRevisionError: a branch on the hub has other files than when the stage began.
        StorageError: a remote path whose storage is unknown or does not answer.
        HubError: the hub is out of reach or refuses.
    """
    lock = SourceLock.load(directory)
    found: dict[Path | HubFile, SourceFile] = {}
    for path in paths:
        if is_hub_address(path):
            for file in _on_the_hub(HubAddress.parse(path), lock):
                found.setdefault(file.path, file)
            continue
        with remote_errors(path):
            for file in _expand(os.path.expanduser(path)):
                found.setdefault(resolve(file.path), file)
    return list(found.values())


def describe_files(files: list[SourceFile]) -> list[dict[str, str | int]]:
    """What tells one state of the files from another: name, bytes, and a checksum.

    A file on the hub has the checksum that the hub gives, and its address with the commit. Where
    the others have more than `HASHED_BYTES` in all, the time of their last change stands in for
    the checksum.
    """
    unhashed = sum(file.bytes for file in files if not isinstance(file.path, HubFile))
    hashed = unhashed <= HASHED_BYTES
    return [{"name": file.name, **_describe(file.path, hashed)} for file in files]


def _describe(path: Path | HubFile, hashed: bool) -> dict[str, str | int]:
    if isinstance(path, HubFile):
        return {"bytes": path.bytes, "checksum": path.checksum, "address": str(path)}
    state = file_state(path)
    if hashed:
        return {"bytes": state.bytes, "sha256": file_sha256(path)}
    return {"bytes": state.bytes, "modified_ns": state.modified_ns}


def file_format(name: str) -> str | None:
    """The format that a file's name declares, None if it is not supported."""
    name = name.lower()
    suffix = next((suffix for suffix in COMPRESSIONS if name.endswith(suffix)), "")
    declared = os.path.splitext(name.removesuffix(suffix))[1]
    if declared not in FORMATS or (declared == ".parquet" and suffix):
        return None
    return declared


def _on_the_hub(address: HubAddress, lock: SourceLock) -> list[SourceFile]:
    """Files of a dataset, with the names that they have when the same glob is read locally."""
    files = lock.resolve(address)
    root = address.pattern
    if glob.has_magic(root) or [file.path for file in files] == [root]:
        root = posixpath.dirname(_before_wildcards(root))
    candidates = [(posixpath.relpath(file.path, root or "."), file) for file in files]
    return _supported(str(address), candidates, f"its {len(files)} files are of other formats")


def _before_wildcards(pattern: str) -> str:
    """The pattern up to the first part that has a wildcard, that part included."""
    parts = pattern.split("/")
    first = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return "/".join(parts[: first + 1])


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
        return _supported(path, _named(_files_below(place), place), _what_lies_beside(place))
    if glob.has_magic(path):
        matches = dict.fromkeys(itertools.chain.from_iterable(map(_files_of, _matches(place))))
        named = _named(list(matches), _glob_root(place))
        return _supported(path, named, _what_lies_beside(place))
    raise SourceError(f"{path} does not exist; {_what_lies_beside(place)}")


def _named(paths: list[Path], root: Path) -> list[tuple[str, Path]]:
    return [(path.relative_to(root).as_posix(), path) for path in paths]


def _supported(
    path: str, candidates: list[tuple[str, Path | HubFile]], hint: str
) -> list[SourceFile]:
    """The candidates whose format is supported, sorted; the others are named in the log."""
    files, others = [], []
    for name, candidate in sorted(candidates, key=lambda named: str(named[1])):
        declared = file_format(candidate.name)
        if declared is None:
            others.append(name)
        else:
            files.append(SourceFile(candidate, name, declared))
    if not files:
        what = "matches no file" if glob.has_magic(path) else "holds no file"
        raise SourceError(f"{path} {what} of a supported format ({SUPPORTED}); {hint}")
    if others:
        logger.warning(
            "%s: %d files of other formats are not read: %s", path, len(others), _listed(others)
        )
    return files


def _files_of(match: Path) -> list[Path]:
    """What a match of a glob stands for: itself, or the files below it."""
    if _is_file(match):
        return [match]
    return _files_below(match) if match.is_dir() else []


def _files_below(folder: Path) -> list[Path]:
    if is_remote(folder):
        paths = [parent / name for parent, _, names in folder.walk() for name in names]
    else:
        paths = list(_local_files_below(folder))
    return [
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _local_files_below(folder: Path) -> Iterator[Path]:
    """Files in a local folder, links to folders included; each folder once, however it is reached.

    Raises:
        SourceError: a folder that may not be read, or a link to a text that is there no more.
    """
    seen: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=_unreadable, followlinks=True):
        place = os.path.realpath(parent)
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (pathlib.Path(parent, name) for name in names):
            if _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    """Whether there is a file.

    Raises:
        SourceError: a link to a text that is there no more.
    """
    if path.is_file():
        return True
    is_text = file_format(path.name) is not None
    if is_text and not is_remote(path) and path.is_symlink() and not path.exists():
        raise SourceError(f"{path} is a link to {os.readlink(path)}, which is not there")
    return False


def _unreadable(error: OSError) -> None:
    raise SourceError(
        f"{error.filename} can't be read ({error.strerror}); mend its permissions, or name the "
        "files and folders beside it one by one"
    )


def _matches(pattern: Path) -> list[Path]:
    if not is_remote(pattern):
        return [as_path(match) for match in glob.glob(str(pattern), recursive=True)]
    root = _glob_root(pattern)
    if "**" in pattern.parts:
        raise SourceError(f"{pattern}: ** works in local paths only; name the folder {root}")
    matches = root.glob("/".join(pattern.relative_to(root).parts))
    return [match for match in matches if not _is_hidden(match, pattern)]


def _is_hidden(match: Path, pattern: Path) -> bool:
    """Whether a wildcard of the pattern stands for the dot that a hidden name begins with."""
    return any(
        name.startswith(".") and not part.startswith(".")
        for name, part in zip(match.parts, pattern.parts, strict=True)
    )


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
