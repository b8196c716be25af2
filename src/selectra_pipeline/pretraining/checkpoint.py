"""Saving and restoring the state of a run: weights, optimizer slots and the step."""

import logging
from collections.abc import Mapping, Sequence

import tensorflow as tf

from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.pretraining.best_checkpoints import BestCheckpoints
from selectra_pipeline.pretraining.run_plan import ResumeError
from selectra_pipeline.shards.files import storage_errors, tensorflow_errors
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.shards.remote import remote_errors

logger = logging.getLogger(__name__)

CHECKPOINTS = "checkpoints"  # in the directory of a run
BEST = "best"  # in that of its checkpoints
NAME = "step"  # of a checkpoint, before its number


class Checkpoints:
    """The checkpoints of one run, newest last; only complete ones count.

    Args:
        state: all variables of the run, among them "weights" by path and the "step".
        writable: false on hosts that only read what the chief writes.

    TensorFlow writes a checkpoint's files first and its entry in the list of checkpoints last, so
    a save that a crash cuts short is never restored. One whose files were deleted is passed over,
    and so is one that can't be read: a power cut may lose the end of a file that is in the list.
    """

    def __init__(
        self,
        directory: Path,
        state: Mapping[str, tf.Variable | dict[str, tf.Variable]],
        config: CheckpointConfig,
        writable: bool = True,
    ) -> None:
        self._step, self._writable = state["step"], writable
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(**state),
            str(directory / CHECKPOINTS),
            max_to_keep=config.keep,
            checkpoint_name=NAME,
        )
        self.best = BestCheckpoints(directory / CHECKPOINTS / BEST, config)

    def restore_latest(self) -> int:
        """Restore the newest readable checkpoint, if any, and return the step to go on from.

        Raises:
            ResumeError: there are checkpoints, but none can be read, or they are of another model.
        """
        complete = [prefix for prefix in reversed(self._manager.checkpoints) if is_complete(prefix)]
        if complete and not any(self._restored(prefix) for prefix in complete):
            raise ResumeError(
                f"all checkpoints in {self._manager.directory} are damaged; delete that directory "
                "to start over, or choose another run name (--params run=NAME)"
            )
        step = int(self._step.numpy())
        if self._writable:
            self.best.forget_after(step)
        return step

    def files(self) -> dict[str, list[Path]]:
        """The files of the newest "checkpoint" and of the "best" one, if such are kept."""
        prefix = self.latest()
        newest = sorted(prefix.parent.glob(f"{prefix.name}.*"))
        return {"checkpoint": newest, "best": self.best.files()}

    def latest(self) -> Path | None:
        """Path prefix of the newest complete checkpoint."""
        return _newest_complete(self._manager.checkpoints)

    def save(self, heldout: Mapping[str, float] | None = None) -> Path:
        """Save the state under the current step; returns the checkpoint's path prefix.

        Args:
            heldout: the held-out metrics of this step; without them it can't be one of the best.
        """
        step = int(self._step.numpy())
        directory = self._manager.directory
        with storage_errors(directory), remote_errors(directory), tensorflow_errors():
            prefix = as_path(self._manager.save(checkpoint_number=step, check_interval=False))
            if heldout is not None:
                self.best.offer(prefix, step, heldout)
        return prefix

    def offer_latest(self, heldout: Mapping[str, float]) -> None:
        """Let the newest checkpoint, with these held-out metrics, be one of the best."""
        prefix, directory = self.latest(), self._manager.directory
        if prefix is not None:
            with storage_errors(directory), remote_errors(directory), tensorflow_errors():
                self.best.offer(prefix, int(self._step.numpy()), heldout)

    def _restored(self, prefix: str) -> bool:
        """Whether the checkpoint could be restored; its values have checksums."""
        try:
            self._manager.checkpoint.restore(prefix).assert_consumed()
        except (tf.errors.OpError, IndexError) as error:
            logger.warning("checkpoint %s is damaged (%s): trying the one before", prefix, error)
            return False
        except (AssertionError, ValueError) as error:
            raise ResumeError(
                f"checkpoint {prefix} is of another model ({error}); delete "
                f"{self._manager.directory} to start over, or choose another run name "
                "(--params run=NAME)"
            ) from error
        logger.info("restored %s", prefix)
        return True


def is_complete(prefix: str | Path) -> bool:
    """Whether both files of a checkpoint are there: those of one in the list may be deleted."""
    prefix = as_path(prefix)
    suffixes = (".index", ".data-00000-of-00001")
    return all(prefix.with_name(prefix.name + suffix).exists() for suffix in suffixes)


def newest_step(directory: Path) -> int:
    """The step of the newest complete checkpoint of the run in `directory`; 0 without one."""
    state = tf.train.get_checkpoint_state(str(directory / CHECKPOINTS))
    newest = _newest_complete(state.all_model_checkpoint_paths if state else [])
    return 0 if newest is None else int(newest.name.removeprefix(NAME + "-"))


def _newest_complete(listed: Sequence[str]) -> Path | None:
    return next(filter(is_complete, map(as_path, reversed(listed))), None)
