"""The best checkpoints of a run by a held-out metric, kept beside the newest ones."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.checkpoint import MORE_IS_BETTER, CheckpointConfig
from selectra_pipeline.shards.files import replace_file, write_text

INDEX_FILE = "best.json"


class BestCheckpoint(NamedTuple):
    """A checkpoint's step and its held-out metrics."""

    step: int
    heldout: dict[str, float]


class BestCheckpoints:
    """A directory of copies of the best checkpoints, and `best.json`, which lists them best first.

    They are copies, so that the retention of the newest checkpoints never meets them. A copy is
    whole before the list names it, and files that it does not name are removed at the next change.

    Args:
        directory: a place of its own; made when the first checkpoint is kept.
        config: how many are kept, by which metric. Where these change, so does the list, from the
            next checkpoint on; with `keep_best` 0 it is left alone.
    """

    def __init__(self, directory: Path, config: CheckpointConfig) -> None:
        self.directory = directory
        self.config = config

    def listed(self) -> list[BestCheckpoint]:
        """What is kept, best first."""
        path = self.directory / INDEX_FILE
        if not path.exists():
            return []
        content = json.loads(path.read_text(encoding="utf-8"))
        return [BestCheckpoint(**entry) for entry in content["checkpoints"]]

    def first(self) -> BestCheckpoint | None:
        """The best one; None where nothing is kept."""
        return next(iter(self.listed()), None)

    def files(self) -> list[Path]:
        """The files of the best one; none where nothing is kept."""
        best = self.first()
        return [] if best is None else sorted(self._files_of(best.step))

    def offer(self, prefix: Path, step: int, heldout: Mapping[str, float]) -> None:
        """Keep a copy of the checkpoint `prefix` if its held-out metrics are among the best."""
        if self.config.keep_best == 0:
            return
        candidate = BestCheckpoint(step, dict(heldout))
        others = [entry for entry in self.listed() if entry.step != step]
        ranked = sorted([*others, candidate], key=self._rank)[: self.config.keep_best]
        if candidate in ranked:
            for path in prefix.parent.glob(f"{prefix.name}.*"):
                with replace_file(self.directory / path.name) as temporary:
                    tf.io.gfile.copy(str(path), str(temporary), overwrite=True)
        self._list(ranked)

    def forget_after(self, step: int) -> None:
        """Drop what is later than the step a run resumes from: it will come again."""
        listed = self.listed()
        kept = [entry for entry in listed if entry.step <= step]
        if kept != listed:
            self._list(kept)

    def _rank(self, entry: BestCheckpoint) -> tuple[float, int]:
        """Smaller is better; of equal ones the earlier step; nan is worst."""
        metric = self.config.best_metric
        if metric not in entry.heldout:
            raise ConfigError(
                f"checkpoint.best_metric={metric} is not measured in this run; "
                f"choose one of {', '.join(sorted(MORE_IS_BETTER.keys() & entry.heldout.keys()))}"
            )
        value = entry.heldout[metric]
        if math.isnan(value):
            return math.inf, entry.step
        return (-value if MORE_IS_BETTER[metric] else value), entry.step

    def _list(self, ranked: list[BestCheckpoint]) -> None:
        content = {
            "metric": self.config.best_metric,
            "checkpoints": [entry._asdict() for entry in ranked],
        }
        write_text(self.directory / INDEX_FILE, json.dumps(content, indent=2) + "\n")
        named = {path for entry in ranked for path in self._files_of(entry.step)}
        for path in self.directory.glob("step-*"):
            if path not in named:
                path.unlink()

    def _files_of(self, step: int) -> list[Path]:
        return list(self.directory.glob(f"step-{step}.*"))
