"""Tasks on a Ray cluster."""

import importlib.util
import logging
import os

from datatrove.executor.base import DistributedEnvVars

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.failures import RecordsFailures
from selectra_pipeline.execution.local_workers import QUIET
from selectra_pipeline.execution.progress import Progress
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.shards.paths import Path

logger = logging.getLogger(__name__)

RETRIES = 3  # of a task whose process or node is lost; one that raises an error is not repeated


class RayExecutor(RecordsFailures):
    """Runs each task as a Ray task.

    datatrove's RayPipelineExecutor runs a `multiprocessing.Pool` inside an actor, which waits
    forever where the pool's process is killed, and drops the errors of tasks.
    """

    def __init__(self, stage: Stage, folder: Path, config: ExecutionConfig) -> None:
        super().__init__(list(stage.steps), str(folder))
        self.name, self.tasks = stage.name, stage.tasks
        self.workers, self.ray = config.workers, config.ray

    def run(self) -> None:
        """Run the tasks that are not complete. The first error cancels the others.

        Raises:
            StageError: the cluster is out of reach, or lost a task too often.
        """
        self._join_cluster()
        import ray

        ranks = self.get_incomplete_ranks()
        progress = Progress(self.name, self.tasks, self.tasks - len(ranks))
        run_task = ray.remote(
            num_cpus=self.ray.cpus_per_task,
            memory=int(self.ray.memory_gb * 1e9),
            max_retries=RETRIES,
        )(run_rank)
        executor = ray.put(self)
        waiting: list[ray.ObjectRef] = []
        try:
            for rank in ranks:
                if len(waiting) == (self.workers or len(ranks)):
                    waiting = self._finish_one(waiting, progress)
                waiting.append(run_task.remote(executor, rank))
            while waiting:
                waiting = self._finish_one(waiting, progress)
        finally:
            for task in waiting:
                ray.cancel(task, force=True)

    def _join_cluster(self) -> None:
        if self.ray.address is not None:
            # Of 41 s each, read when Ray is imported; its 20 are a quarter of an hour of silence.
            os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "2")
        import ray  # optional, and slow to import

        try:
            if not ray.is_initialized():
                ray.init(address=self.ray.address, log_to_driver=False, include_dashboard=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            place = self.ray.address or os.environ.get("RAY_ADDRESS") or "on this machine"
            raise StageError(
                f"the Ray cluster {place} cannot be joined ({error}); start it with `ray start "
                "--head`, correct execution.ray.address, or leave it out to start one here"
            ) from error
        if not any(map(self._can_run_a_task, ray.nodes())):
            logger.warning(
                "%s: no node of the Ray cluster has execution.ray.cpus_per_task=%d and "
                "memory_gb=%g; tasks wait until one has: lower them if none will",
                self.name,
                self.ray.cpus_per_task,
                self.ray.memory_gb,
            )

    def _can_run_a_task(self, node: dict) -> bool:
        resources = node["Resources"] if node["Alive"] else {}
        return (
            resources.get("CPU", 0) >= self.ray.cpus_per_task
            and resources.get("memory", 0) >= self.ray.memory_gb * 1e9
        )

    def _finish_one(self, waiting: list, progress: Progress) -> list:
        """Wait for one task; the others."""
        import ray

        (ended,), others = ray.wait(waiting)
        try:
            ray.get(ended)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayError as error:
            raise StageError(
                f"{self.name}: Ray lost a task {RETRIES + 1} times ({type(error).__name__}), most "
                "often because memory ran out; raise execution.ray.memory_gb or lower "
                "execution.workers and run the same command again: finished tasks are kept"
            ) from error
        progress.add()
        return others

    @property
    def world_size(self) -> int:
        return self.tasks

    def get_distributed_env(self, node_rank: int = -1) -> DistributedEnvVars:
        return DistributedEnvVars(
            datatrove_node_ips="",
            datatrove_cpus_per_task=str(self.ray.cpus_per_task),
            datatrove_mem_per_cpu="-1",
            datatrove_gpus_on_node="0",
            datatrove_executor="RAY",
        )


def run_rank(executor: RayExecutor, rank: int) -> None:
    """Run one task of an executor, in a process of Ray's."""
    executor._run_for_rank(rank, QUIET)


def require_ray() -> None:
    """Check that the library is there.

    Raises:
        StageError: it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise StageError(
            "execution.executor=ray, but Ray is not installed; install the project with its extra "
            '"ray" (pip install -e ".[ray]") on every node, or set execution.executor to local'
        )
