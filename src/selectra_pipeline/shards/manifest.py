"""The manifest: what passes between stages instead of the data itself.

A stage writes its shards first and `manifest.json` last. A directory with a manifest is therefore
complete; one without is unfinished, and its shards may be reused if their checksums say so.
"""

import dataclasses
import json
from typing import Any, Self

from selectra_pipeline.config.base import UserError
from selectra_pipeline.shards.files import file_sha256, storage_errors, write_text
from selectra_pipeline.shards.paths import Path, as_path, file_state
from selectra_pipeline.shards.remote import remote_errors

MANIFEST_NAME = "manifest.json"


class ManifestError(UserError, ValueError):
    """A directory of shards that cannot be used. The message says how to mend it."""


@dataclasses.dataclass(frozen=True)
class Shard:
    """One file: its name in the directory, items in it, bytes, SHA-256."""

    name: str
    count: int
    bytes: int
    sha256: str

    @classmethod
    def describe(cls, path: Path, count: int, relative_to: Path | None = None) -> Self:
        """Measure a finished file that holds `count` items.

        Args:
            relative_to: the manifest's directory, where that is not the file's own.
        """
        name = path.name if relative_to is None else path.relative_to(relative_to).as_posix()
        return cls(name, count, file_state(path).bytes, file_sha256(path))


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The finished output of a stage.

    Attributes:
        directory: where the shards are; not stored, so that a directory can be moved.
        kind: what the items are ("documents", "records").
        fingerprint: hash of the configuration and the input that made it.
        shards: the files of each split ("train", "heldout"), in order.
        facts: what the stage counted and measured, JSON values only.
    """

    directory: Path
    kind: str
    fingerprint: str
    shards: dict[str, tuple[Shard, ...]]
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def paths(self, split: str) -> list[Path]:
        """The files of a split, in order."""
        return [self.directory / shard.name for shard in self.shards[split]]

    def count(self, split: str) -> int:
        """Items in a split."""
        return sum(shard.count for shard in self.shards[split])

    @property
    def content_digest(self) -> str:
        """What the shards hold, whatever configuration made them: input of the next fingerprint."""
        names = [
            f"{split}/{shard.name}:{shard.sha256}"
            for split in sorted(self.shards)
            for shard in self.shards[split]
        ]
        return "|".join(names)

    def save(self) -> None:
        """Write `manifest.json` into the directory, whole or not at all."""
        content = {
            "kind": self.kind,
            "fingerprint": self.fingerprint,
            "shards": {
                split: [dataclasses.asdict(shard) for shard in shards]
                for split, shards in self.shards.items()
            },
            "facts": self.facts,
        }
        write_text(
            self.directory / MANIFEST_NAME,
            json.dumps(content, indent=2, ensure_ascii=False) + "\n",
        )

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Read a directory's manifest and check that its files are there in their full size.

        Raises:
            FileNotFoundError: no manifest: the stage that makes it has not finished.
            ManifestError: the manifest is damaged, or a shard is missing or has another size.
        """
        directory = as_path(directory)
        path = directory / MANIFEST_NAME
        if not path.exists():
            raise FileNotFoundError(
                f"{path} does not exist: the stage that writes it has not finished; run it first"
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            shards = {
                split: tuple(Shard(**shard) for shard in listed)
                for split, listed in content["shards"].items()
            }
            manifest = cls(
                directory, content["kind"], content["fingerprint"], shards, content["facts"]
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ManifestError(f"{path} is damaged ({error}); delete {directory}") from error
        for split, listed in shards.items():
            for file_path, shard in zip(manifest.paths(split), listed, strict=True):
                size = file_state(file_path).bytes if file_path.exists() else None
                if size != shard.bytes:
                    state = "is missing" if size is None else f"has {size} bytes"
                    raise ManifestError(
                        f"{file_path} {state}, the manifest says {shard.bytes} bytes; "
                        f"delete {path} and run the stage again"
                    )
        return manifest

    def verify(self) -> None:
        """Read every shard and compare its checksum.

        Raises:
            ManifestError: a shard's content is not what the stage wrote.
        """
        for split, shards in self.shards.items():
            for path, shard in zip(self.paths(split), shards, strict=True):
                if file_sha256(path) != shard.sha256:
                    raise ManifestError(
                        f"{path} was changed after it was written (its checksum differs); "
                        f"delete {self.directory / MANIFEST_NAME} and run the stage again"
                    )


def withdraw(directory: Path) -> None:
    """Remove a directory's manifest: its shards are about to be replaced.

    Raises:
        StorageError: nothing may be written there, or the storage does not answer.
    """
    with storage_errors(directory), remote_errors(directory):
        (directory / MANIFEST_NAME).unlink(missing_ok=True)


def finished(directory: str | Path, fingerprint: str) -> Manifest | None:
    """The manifest of a stage that is already done with this fingerprint, else None."""
    try:
        manifest = Manifest.load(directory)
    except (FileNotFoundError, ManifestError):
        return None
    return manifest if manifest.fingerprint == fingerprint else None
