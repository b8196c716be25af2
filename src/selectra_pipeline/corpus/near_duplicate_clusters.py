"""Which document of a cluster of near-duplicates is kept.

The largest in bytes of UTF-8, the first of those of equal size: the whole text rather than one that
was cut, and the one with its accents ("á" has two bytes) rather than one that lost them. datatrove
itself keeps whichever the search for clusters made its root.
"""

import dataclasses
import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from selectra_pipeline.shards.files import open_stored, replace_file, write_text
from selectra_pipeline.shards.paths import Path

_MEMBER = np.dtype([("shard", "i4"), ("document", "u4"), ("cluster", "i4"), ("bytes", "u4")])


class Place(NamedTuple):
    """Number of a shard, and of a document in it, from 0."""

    shard: int
    document: int


class Pair(NamedTuple):
    """A document that is dropped and the one that is kept of its cluster."""

    kept: Place
    dropped: Place


@dataclasses.dataclass(frozen=True)
class ClusterFacts:
    """What the search for near-duplicates found.

    Attributes:
        clusters: groups of near-duplicates, of each of which one document is kept.
        dropped, dropped_bytes: the others.
        largest_cluster: documents in the largest group, the kept one included.
        pairs: the first of the dropped, one of each cluster.
    """

    clusters: int
    dropped: int
    dropped_bytes: int
    largest_cluster: int
    pairs: tuple[Pair, ...]


@dataclasses.dataclass(frozen=True)
class NearDuplicatesFolder:
    """Where the stages leave what the next one reads."""

    path: Path

    @property
    def signatures(self) -> Path:
        return self.path / "signatures"

    @property
    def sizes(self) -> Path:
        return self.path / "sizes"

    @property
    def pairs(self) -> Path:
        return self.path / "pairs"

    @property
    def clusters(self) -> Path:
        return self.path / "clusters"

    @property
    def removals(self) -> Path:
        return self.path / "removals"

    @staticmethod
    def sizes_name(shard: int) -> str:
        return f"{shard:06d}.sizes"

    def save_facts(self, facts: ClusterFacts) -> None:
        write_text(self.path / "clusters.json", json.dumps(dataclasses.asdict(facts)))

    def load_facts(self) -> ClusterFacts:
        """What the last stage found.

        Raises:
            FileNotFoundError: it has not finished.
        """
        facts = json.loads((self.path / "clusters.json").read_text(encoding="utf-8"))
        pairs = tuple(Pair(Place(*kept), Place(*dropped)) for kept, dropped in facts["pairs"])
        return ClusterFacts(**{**facts, "pairs": pairs})


class KeepLargest(PipelineStep):
    """Lists what is dropped, for `MinhashDedupFilter`: all of a cluster but its largest document.

    One task, after `MinhashDedupCluster`. Memory: 16 bytes a document that has a near-duplicate,
    and as much again for sorting.
    """

    type = "🫂 - DEDUP"
    name = "Keep the largest of each cluster"

    def __init__(self, folder: NearDuplicatesFolder, examples: int) -> None:
        super().__init__()
        self._folder = folder
        self._examples = examples

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        members = np.concatenate([np.empty(0, _MEMBER), *self._members_of_shards()])
        # The last key counts first. ~size: the largest first.
        keys = (members["document"], members["shard"], ~members["bytes"], members["cluster"])
        members = members[np.lexsort(keys)]
        starts = np.flatnonzero(np.diff(members["cluster"], prepend=-1))  # the kept ones
        sizes = np.diff(starts, append=len(members))  # documents in each cluster
        kept = np.repeat(starts, sizes)  # for each member, the kept one of its cluster
        is_dropped = np.ones(len(members), bool)
        is_dropped[starts] = False
        dropped = members[is_dropped]
        self._write_removals(dropped)
        self._folder.save_facts(
            ClusterFacts(
                clusters=len(starts),
                dropped=len(dropped),
                dropped_bytes=int(dropped["bytes"].sum(dtype=np.int64)),
                largest_cluster=int(sizes.max(initial=0)),
                pairs=self._pairs(dropped, members[kept[is_dropped]]),
            )
        )

    def _members_of_shards(self) -> Iterator[np.ndarray]:
        for path in sorted(self._folder.clusters.glob("*.clusters")):
            shard = int(path.stem)
            documents, clusters = _read_numbers(path).reshape(-1, 2).T
            sizes = _read_numbers(self._folder.sizes / self._folder.sizes_name(shard))
            yield _members(documents, shard, clusters, sizes[documents])

    def _write_removals(self, dropped: np.ndarray) -> None:
        """One file a shard: the numbers of its dropped documents, in order; maybe none."""
        dropped = dropped[np.lexsort((dropped["document"], dropped["shard"]))]
        for path in self._folder.sizes.glob("*.sizes"):
            shard = int(path.stem)
            first, end = np.searchsorted(dropped["shard"], (shard, shard + 1))
            with replace_file(self._folder.removals / f"{shard:06d}.remove") as temporary:
                numbers = dropped["document"][first:end].astype("<u4")
                temporary.write_bytes(numbers.tobytes())  # `tofile` tells no full disk

    def _pairs(self, dropped: np.ndarray, kept: np.ndarray) -> tuple[Pair, ...]:
        """The first dropped document of each of the first clusters, in the order of the shards."""
        _, first = np.unique(dropped["cluster"], return_index=True)
        order = np.lexsort((dropped["document"][first], dropped["shard"][first]))
        return tuple(
            Pair(_place(kept[index]), _place(dropped[index]))
            for index in first[order][: self._examples]
        )


def _members(
    documents: np.ndarray, shard: int, clusters: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """The documents of a shard that have near-duplicates. _MEMBER [documents]."""
    members = np.empty(len(documents), _MEMBER)
    members["shard"], members["document"] = shard, documents
    members["cluster"], members["bytes"] = clusters, sizes
    return members


def _read_numbers(path: Path) -> np.ndarray:
    with open_stored(path) as file:
        return np.frombuffer(file.read(), "<u4")


def _place(member: np.ndarray) -> Place:
    return Place(int(member["shard"]), int(member["document"]))
