"""Saving and restoring the state of a run: weights, optimizer slots and the step."""

import contextlib
import errno
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from selectra_pipeline.config.base import UserError, differences
from selectra_pipeline.config.pretraining import CheckpointConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.shards.files import storage_errors, write_text
from selectra_pipeline.training.optimizer import AdamW

logger = logging.getLogger(__name__)

RUN_FILE = "run.json"
CHECKPOINTS = "checkpoints"


class ResumeError(UserError, ValueError):
    """The directory holds another run. The message says in what they differ and how to go on."""


class Checkpoints:
    """The checkpoints of one run, newest last; only complete ones count.

    TensorFlow writes a checkpoint's files first and its entry in the list of checkpoints last, so
    a save that a crash cuts short is never restored. One whose files were deleted is passed over.
    """

    def __init__(
        self, directory: Path, model: Electra, optimizer: AdamW, config: CheckpointConfig
    ) -> None:
        self._step = optimizer.step
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(weights=model.weights_by_path(), **optimizer.state()),
            str(directory / CHECKPOINTS),
            max_to_keep=config.keep,
            checkpoint_name="step",
        )

    def restore_latest(self) -> int:
        """Restore the newest checkpoint, if there is one, and return the step to go on from."""
        latest = self.latest()
        if latest is None:
            return 0
        try:
            self._manager.checkpoint.restore(str(latest)).assert_consumed()
        except (tf.errors.OpError, AssertionError, ValueError, IndexError) as error:
            raise ResumeError(
                f"checkpoint {latest} is damaged or of another model ({error}); delete its files "
                "to go on from the one before, or choose another run name (--params run=NAME)"
            ) from error
        logger.info("restored %s", latest)
        return int(self._step.numpy())

    def latest(self) -> Path | None:
        """Path prefix of the newest complete checkpoint."""
        listed = (Path(prefix) for prefix in reversed(self._manager.checkpoints))
        return next(filter(is_complete, listed), None)

    def save(self) -> Path:
        """Save the state under the current step; returns the checkpoint's path prefix."""
        step = int(self._step.numpy())
        with storage_errors(self._manager.directory), _full_disk_as_os_error():
            return Path(self._manager.save(checkpoint_number=step, check_interval=False))


def is_complete(prefix: Path) -> bool:
    """Whether both files of a checkpoint are there: those of one in the list may be deleted."""
    suffixes = (".index", ".data-00000-of-00001")
    return all(prefix.with_name(prefix.name + suffix).exists() for suffix in suffixes)


def claim_directory(directory: Path, defining: Mapping[str, Any]) -> None:
    """Mark `directory` as the home of the run that `defining` describes, or check that it is.

    Args:
        defining: all that the final weights depend on, as JSON values.

    Raises:
        ResumeError: it is the home of another run. Its checkpoints are left alone.
    """
    path = directory / RUN_FILE
    # As JSON gives it back: tuples become lists.
    wanted = json.loads(json.dumps(defining))
    if not path.exists():
        write_text(path, json.dumps(wanted, indent=2, ensure_ascii=False) + "\n")
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    if found != wanted:
        changes = "\n  ".join(differences(found, wanted))
        raise ResumeError(
            f"{directory} holds a run with another configuration:\n  {changes}\n"
            "Give the new run a name of its own (--params run=NAME), restore the old "
            f"configuration to go on with the old run, or delete {directory} to start over"
        )


@contextlib.contextmanager
def _full_disk_as_os_error() -> Iterator[None]:
    """TensorFlow reports a full disk as RESOURCE_EXHAUSTED: turn it into the OSError it is."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise OSError(errno.ENOSPC, error.message) from error
