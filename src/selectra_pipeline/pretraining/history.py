"""The metrics of a run over its steps, kept with its checkpoints."""

import json
from collections.abc import Mapping

from selectra_pipeline.pretraining.tracker import Tracker
from selectra_pipeline.shards.files import storage_errors, write_text
from selectra_pipeline.shards.paths import Path, is_remote

HISTORY_FILE = "history.jsonl"  # in the directory of a run


class History:
    """An append-only JSON Lines file of {"step", "split", metrics...}.

    It is the run's own memory: curves stay whole over restarts, whatever became of a tracking
    server. Lines after the step that a run resumes from are dropped, they will come again. So
    nothing is lost where the file cannot be appended to, on an object store: there, `flush` writes
    it anew, before each checkpoint.

    Args:
        writable: false on hosts that only read what the chief writes.
    """

    def __init__(self, path: Path, resume_step: int, writable: bool = True) -> None:
        self.path, self.writable = path, writable
        self._waiting: list[str] = []  # lines for `flush`
        if not writable:
            return
        kept = [line for line in read_history(path) if line["step"] <= resume_step]
        write_text(path, "".join(_line(entry) for entry in kept))

    def append(self, split: str, step: int, values: Mapping[str, float]) -> None:
        """Add one line of metrics of `split` ("train", "heldout" or "probe")."""
        if not self.writable:
            return
        line = _line({"step": step, "split": split, **values})
        if is_remote(self.path):
            self._waiting.append(line)
            return
        with storage_errors(self.path), open(self.path, "a", encoding="utf-8") as opened:
            opened.write(line)

    def flush(self) -> None:
        """Write the lines that wait for it: local files have theirs already."""
        if self._waiting:
            written = self.path.read_text(encoding="utf-8")
            write_text(self.path, written + "".join(self._waiting))
            self._waiting.clear()

    def find(self, split: str, step: int) -> dict[str, float] | None:
        """The metrics of `split` that were added at `step`, or None."""
        for entry in reversed(read_history(self.path)):
            if (entry.pop("split"), entry.pop("step")) == (split, step):
                return entry
        return None


def tracked_names(split: str, values: Mapping[str, float]) -> dict[str, float]:
    """`values` under the names that a tracker knows them by: "train/loss", "heldout/mlm_loss"."""
    return {f"{split}/{name}": value for name, value in values.items()}


def replay_history(path: Path, tracker: Tracker, last_step: int) -> None:
    """Tell a tracker all that a history holds up to a step.

    A process that resumes a run is a new run to the tracker, and what an earlier process told may
    never have arrived: replayed, its curves are whole.
    """
    for entry in read_history(path):
        split, step = entry.pop("split"), entry.pop("step")
        if step <= last_step:
            tracker.metrics(tracked_names(split, entry), step)


def read_history(path: Path) -> list[dict]:
    """All whole lines of a history, in order; a last line cut short by a crash is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return entries


def _line(entry: Mapping) -> str:
    return json.dumps(entry) + "\n"
