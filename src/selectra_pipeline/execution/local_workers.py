"""Tasks in processes of this machine."""

import os
import signal

import loguru
from datatrove.executor.base import DistributedEnvVars

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.failures import RecordsFailures
from selectra_pipeline.execution.progress import Progress
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.execution.worker_pool import WorkerKilledError, run_in_workers
from selectra_pipeline.shards.paths import Path

QUIET = 1  # a "local rank" whose messages datatrove does not print


def available_cores() -> int:
    """Those that this process may use: a job of a cluster has a part of its machine's."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalExecutor(RecordsFailures):
    """Runs tasks in the calling process, or in a pool of others.

    datatrove's LocalPipelineExecutor waits forever where a worker is killed, because
    `multiprocessing.Pool` does; and it forks a manager from the calling process, where TensorFlow's
    threads may hold locks.
    """

    def __init__(self, stage: Stage, folder: Path, config: ExecutionConfig) -> None:
        super().__init__(list(stage.steps), str(folder))
        self.name, self.tasks = stage.name, stage.tasks
        self.workers = config.workers or available_cores()

    def run(self) -> None:
        """Run the tasks that are not complete.

        The first error stops those that have not started; those that run are waited for.
        """
        ranks = self.get_incomplete_ranks()
        progress = Progress(self.name, self.tasks, self.tasks - len(ranks))
        if self.workers == 1 or len(ranks) == 1:
            for rank in ranks:
                self.run_task(rank)
                progress.add()
            return
        try:
            run_in_workers(self.run_task, ranks, self.workers, progress.add)
        except WorkerKilledError as error:
            raise StageError(
                f"{self.name}: a worker process {_end(error.exit_code)} and run the same command "
                "again: finished tasks are kept"
            ) from error

    def run_task(self, rank: int) -> None:
        """Run one task in this process."""
        silence_datatrove()
        self._run_for_rank(rank, QUIET)

    @property
    def world_size(self) -> int:
        return self.tasks

    def get_distributed_env(self, node_rank: int = -1) -> DistributedEnvVars:
        return DistributedEnvVars(
            datatrove_node_ips="localhost",
            datatrove_cpus_per_task="1",
            datatrove_mem_per_cpu="-1",
            datatrove_gpus_on_node="0",
            datatrove_executor="LOCAL",
        )


def _end(exit_code: int) -> str:
    """How a process ended, and what to do about it."""
    if exit_code == -signal.SIGKILL:
        return "was killed, most often because memory ran out; lower execution.workers"
    if exit_code < 0:
        return f"was ended by {signal.Signals(-exit_code).name}; see what sent it"
    return f"ended with exit code {exit_code}; mend what it printed before"


def silence_datatrove() -> None:
    """Drop datatrove's own messages in this process: a page for every task; ours say what is done.

    Its exceptions reach the caller, and `RecordsFailures` keeps them.
    """
    loguru.logger.disable("datatrove")
