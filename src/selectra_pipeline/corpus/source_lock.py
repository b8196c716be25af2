"""What the hub held when a stage began, kept beside what the stage writes.

A branch may move while a corpus is read, or between a run and the one that continues it: half of
the text would come from one commit and half from another. So a branch is asked for its commit once;
the commit and its list of files lie in `sources.lock.json` from then on. With it a stage that has
finished needs no hub to know that it has.
"""

import dataclasses
import json
import logging
from typing import Self

from selectra_pipeline.config.hub_address import HubAddress
from selectra_pipeline.corpus.hub_errors import HubError
from selectra_pipeline.corpus.hub_files import (
    HubFile,
    commit_of,
    list_hub_files,
    require_read_access,
)
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.paths import Path
from selectra_pipeline.shards.remote import remote_errors

logger = logging.getLogger(__name__)

LOCK_NAME = "sources.lock.json"


class MovedRevisionError(SourceError):
    """A branch of a dataset has other files than when the stage began. The message says which."""


@dataclasses.dataclass
class SourceLock:
    """The files of each hub address, as they were when it was first read.

    Attributes:
        directory: of the stage; None keeps nothing.
        files: by address, with the revision as it was configured.
    """

    directory: Path | None
    files: dict[str, list[HubFile]]

    @classmethod
    def load(cls, directory: Path | None) -> Self:
        """The lock of an earlier run; an empty one if there is none."""
        if directory is None:
            return cls(directory, {})
        lock = directory / LOCK_NAME
        with remote_errors(lock):
            text = lock.read_text(encoding="utf-8") if lock.exists() else "{}"
        try:
            stored = json.loads(text)
            files = {a: [HubFile(**one) for one in entry] for a, entry in stored.items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"{lock} is damaged ({error}); delete it: the stage then starts anew"
            ) from error
        return cls(directory, files)

    def resolve(self, address: HubAddress) -> list[HubFile]:
        """The files of an address: those of the lock, else those that the hub has now.

        Raises:
            MovedRevisionError: the branch has other files than the lock.
            HubError: the hub is out of reach or refuses, and the lock does not know the address.
            SourceError: the address names no files.
        """
        key = str(address)
        if key in self.files:
            self._require_unmoved(address, self.files[key])
        else:
            commit = commit_of(address)
            require_read_access(address)
            self.files[key] = list_hub_files(dataclasses.replace(address, revision=commit))
            self._save()
            logger.info("%s is read at commit %s", address, commit)
        return self.files[key]

    def _save(self) -> None:
        if self.directory is None:
            return
        stored = {
            key: [dataclasses.asdict(one) for one in files] for key, files in self.files.items()
        }
        write_text(self.directory / LOCK_NAME, json.dumps(stored, indent=1) + "\n")

    def _require_unmoved(self, address: HubAddress, locked: list[HubFile]) -> None:
        before = locked[0].commit
        try:
            after = commit_of(address)
            if after == before:
                return
            current = list_hub_files(dataclasses.replace(address, revision=after))
        except HubError as error:
            logger.warning(
                "%s: %s; going on with commit %s", address, error.explanation.reason, before
            )
            return
        except SourceError:
            current = []
        changes = _changes(locked, current)
        if not changes:
            logger.info("%s has moved to %s, with the same files", address, after)
            return
        pinned = dataclasses.replace(address, revision=before)
        raise MovedRevisionError(
            f"{address} has moved since {self.directory} was begun, from commit {before} to "
            f"{after}: {changes}. To go on with the text of then, write {pinned} in its place in "
            f"corpus; to start anew with that of now, choose another run or delete "
            f"{self.directory / LOCK_NAME}"
        )


def _changes(before: list[HubFile], after: list[HubFile]) -> str:
    """What became of the files, in words; "" for nothing."""
    old, new = ({file.path: file.checksum for file in files} for files in (before, after))
    groups = {
        "added": new.keys() - old.keys(),
        "removed": old.keys() - new.keys(),
        "changed": {path for path in old.keys() & new.keys() if old[path] != new[path]},
    }
    return ", ".join(
        f"{len(paths)} {what} (such as {min(paths)})" for what, paths in groups.items() if paths
    )
