"""Saving and restoring the state of a run: weights, optimizer slots and the step."""

import functools
import logging
import re
from collections.abc import Mapping

import tensorflow as tf

from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.pretraining.best_checkpoints import BestCheckpoints
from selectra_pipeline.pretraining.run_plan import ResumeError
from selectra_pipeline.shards.files import (
    remove_unfinished,
    storage_errors,
    tensorflow_errors,
    write_text,
)
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.shards.remote import remote_errors

logger = logging.getLogger(__name__)

CHECKPOINTS = "checkpoints"  # in the directory of a run
BEST = "best"  # in that of its checkpoints
NAME = "step"  # of a checkpoint, before its number
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"  # in a checkpoint, by TensorFlow
LIST = "checkpoint"  # TensorFlow's file of all that are kept

# What files raise that are cut short, changed or lost; all else is wrong with what reads them.
DAMAGED = (tf.errors.DataLossError, tf.errors.OutOfRangeError, tf.errors.NotFoundError)


class Checkpoints:
    """The checkpoints of one run, newest last; only complete ones count.

    Args:
        state: all variables of the run, among them "weights" by path and the "step".
        writable: false on hosts that only read what the chief writes.

    What there is to resume from is what lies there whole. TensorFlow writes a checkpoint's data
    first, then its index, then its entry in a list: a save that a crash cuts short before the index
    is never restored, and a list that is lost or damaged is made anew. A checkpoint whose files
    were deleted is passed over, and so is one that can't be read: a power cut may lose the end of a
    file.
    """

    def __init__(
        self,
        directory: Path,
        state: Mapping[str, tf.Variable | dict[str, tf.Variable]],
        config: CheckpointConfig,
        writable: bool = True,
    ) -> None:
        self._run, self._directory = directory, directory / CHECKPOINTS
        self._step, self._checkpoint = state["step"], tf.train.Checkpoint(**state)
        self._config, self._writable = config, writable
        self.best = BestCheckpoints(self._directory / BEST, config)

    def restore_latest(self) -> int:
        """Restore the newest readable checkpoint, if any, and return the step to go on from.

        Call it before anything is saved, and where the directory is known to be this run's: what a
        kill left there is removed.

        Raises:
            ResumeError: there are checkpoints, but all are damaged, or they are of another model,
                or storage or device refuse.
        """
        complete = complete_checkpoints(self._run)
        if complete and not any(self._restored(prefix) for prefix in reversed(complete)):
            raise ResumeError(
                f"all checkpoints in {self._directory} are damaged; delete that directory "
                "to start over, or choose another run name (--params run=NAME)"
            )
        step = int(self._step.numpy())
        if self._writable:
            self._tidy()
            self.best.forget_after(step)
        return step

    def files(self) -> dict[str, list[Path]]:
        """The files of the newest "checkpoint" and of the "best" one, if such are kept."""
        prefix = self.latest()
        newest = sorted(prefix.parent.glob(f"{prefix.name}.*"))
        return {"checkpoint": newest, "best": self.best.files()}

    def latest(self) -> Path | None:
        """Path prefix of the newest complete checkpoint."""
        return next(reversed(complete_checkpoints(self._run)), None)

    def save(self) -> Path:
        """Save the state under the current step; returns the checkpoint's path prefix."""
        step, directory = int(self._step.numpy()), self._directory
        with storage_errors(directory), remote_errors(directory), tensorflow_errors():
            return as_path(self._manager.save(checkpoint_number=step, check_interval=False))

    @functools.cached_property
    def _manager(self) -> tf.train.CheckpointManager:
        """Reads the list of checkpoints when it is made."""
        return tf.train.CheckpointManager(
            self._checkpoint,
            str(self._directory),
            max_to_keep=self._config.keep,
            checkpoint_name=NAME,
        )

    def offer(self, heldout: Mapping[str, float]) -> None:
        """Let the checkpoint of the current step, with its held-out metrics, be one of the best."""
        step, directory = int(self._step.numpy()), self._directory
        with storage_errors(directory), remote_errors(directory), tensorflow_errors():
            self.best.offer(directory / f"{NAME}-{step}", step, heldout)

    def _tidy(self) -> None:
        """Remove what a kill cut short, and list what there is: retention goes by the list."""
        directory = self._directory
        complete = [prefix.name for prefix in complete_checkpoints(self._run)]
        with storage_errors(directory), remote_errors(directory):
            for place in (directory, self.best.directory):
                remove_unfinished(place)
            for folder in directory.glob(f"{NAME}-*_temp"):
                for path in folder.glob("*"):
                    path.unlink()
                folder.rmdir()
            for data in directory.glob(f"{NAME}-*.data-*"):
                if not data.with_name(f"{data.name.split('.')[0]}.index").exists():
                    data.unlink()
            if not complete:
                (directory / LIST).unlink(missing_ok=True)
                return
            lines = [f'model_checkpoint_path: "{complete[-1]}"']
            for age, name in enumerate(complete, start=1):  # any time in the past will do
                lines += [f'all_model_checkpoint_paths: "{name}"']
                lines += [f"all_model_checkpoint_timestamps: {age}"]
            write_text(directory / LIST, "\n".join(lines) + "\n")

    def _restored(self, prefix: Path) -> bool:
        """Whether the checkpoint could be restored; its values have checksums."""
        try:
            _read_object_graph(prefix)
            self._checkpoint.restore(str(prefix)).assert_consumed()
        except DAMAGED as error:
            logger.warning("checkpoint %s is damaged (%s): trying the one before", prefix, error)
            return False
        except tf.errors.OpError as error:
            raise ResumeError(
                f"checkpoint {prefix} could not be restored ({' '.join(error.message.split())}), "
                "and nothing says that it is damaged; see that its files may be read "
                "(docs/storage.md) and that no other program takes the device's memory, then give "
                "the same command again"
            ) from error
        except (AssertionError, ValueError) as error:
            raise ResumeError(
                f"checkpoint {prefix} is of another model ({error}); delete "
                f"{self._directory} to start over, or choose another run name "
                "(--params run=NAME)"
            ) from error
        logger.info("restored %s", prefix)
        return True


def complete_checkpoints(directory: Path) -> list[Path]:
    """Path prefixes of the complete checkpoints of the run in `directory`, oldest first."""
    prefixes = []
    for index in (directory / CHECKPOINTS).glob(f"{NAME}-*.index"):
        prefix = index.with_name(index.name.removesuffix(".index"))
        if prefix.name.removeprefix(f"{NAME}-").isdigit() and is_complete(prefix):
            prefixes.append(prefix)
    return sorted(prefixes, key=_step_of)


def is_complete(prefix: str | Path) -> bool:
    """Whether all files of a checkpoint are there: its index and the data, one file a task."""
    prefix = as_path(prefix)
    if not prefix.with_name(f"{prefix.name}.index").exists():
        return False
    data = [path.name for path in prefix.parent.glob(f"{prefix.name}.data-*")]
    counts = {int(found.group(1)) for name in data if (found := re.search(r"-of-(\d+)$", name))}
    return counts == {len(data)}


def newest_step(directory: Path) -> int:
    """The step of the newest complete checkpoint of the run in `directory`; 0 without one."""
    complete = complete_checkpoints(directory)
    return _step_of(complete[-1]) if complete else 0


def _read_object_graph(prefix: Path) -> None:
    """Read what `restore` reads first: there, errors of all kinds look the same."""
    with tf.device("/cpu:0"):
        tf.raw_ops.RestoreV2(
            prefix=str(prefix),
            tensor_names=[OBJECT_GRAPH],
            shape_and_slices=[""],
            dtypes=[tf.string],
        )


def _step_of(prefix: Path) -> int:
    return int(prefix.name.removeprefix(f"{NAME}-"))
