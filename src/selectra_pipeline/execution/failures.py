"""Why a task failed, kept as files: a job of a cluster cannot raise anything here."""

import contextlib
import traceback

from datatrove.executor.base import PipelineExecutor
from datatrove.io import DataFolder
from datatrove.utils.stats import PipelineStats

from selectra_pipeline.config.base import UserError
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.shards.files import storage_errors

FOLDER = "failures"


class RecordsFailures(PipelineExecutor):
    """Part of an executor: a task that fails leaves its traceback beside the markers."""

    def _run_for_rank(self, rank: int, local_rank: int = 0, node_rank: int = -1) -> PipelineStats:
        try:
            with storage_errors(self.logging_dir.path):
                return super()._run_for_rank(rank, local_rank, node_rank)
        except Exception as error:
            with contextlib.suppress(OSError):  # the disk may be full: it is what failed
                self._record(rank, error)
            raise

    def _record(self, rank: int, error: Exception) -> None:
        with self.logging_dir.open(_traceback_name(rank), "w") as file:
            file.write(traceback.format_exc())
        if isinstance(error, UserError):
            with self.logging_dir.open(_message_name(rank), "w") as file:
                file.write(str(error))


def forget_failures(folder: DataFolder) -> None:
    """Remove what an earlier run recorded."""
    if folder.exists(FOLDER):
        folder.rm(FOLDER, recursive=True)


def recorded_failure(folder: DataFolder, stage: str, rank: int) -> StageError | None:
    """The error to show for a task that failed, None if it left none."""
    if folder.exists(_message_name(rank)):
        with folder.open(_message_name(rank), "r") as file:
            return StageError(file.read())
    if folder.exists(_traceback_name(rank)):
        return unexpected(stage, rank, folder.resolve_paths(_traceback_name(rank)))
    return None


def unexpected(stage: str, rank: int, where: str) -> StageError:
    """The error to show for a task that failed for a reason that no message explains."""
    return StageError(
        f"task {rank} of {stage} failed; {where} has its traceback. Mend what it names and run "
        "the same command again: finished tasks are kept"
    )


def _traceback_name(rank: int) -> str:
    return f"{FOLDER}/{rank:05d}.traceback.txt"


def _message_name(rank: int) -> str:
    return f"{FOLDER}/{rank:05d}.message.txt"
