"""Running a stage to its end, wherever its tasks run."""

import logging
import pathlib
from collections.abc import Callable

from datatrove.executor.base import PipelineExecutor

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.failures import forget_failures, recorded_failure
from selectra_pipeline.execution.local_workers import LocalExecutor, silence_datatrove
from selectra_pipeline.execution.ray_cluster import RayExecutor, require_ray
from selectra_pipeline.execution.slurm_cluster import SlurmExecutor, job_end, require_slurm
from selectra_pipeline.execution.stage import Stage

logger = logging.getLogger(__name__)

EXECUTORS: dict[str, Callable[[Stage, pathlib.Path, ExecutionConfig], PipelineExecutor]] = {
    "local": LocalExecutor,
    "slurm": SlurmExecutor,
    "ray": RayExecutor,
}
REQUIREMENTS = {"slurm": require_slurm, "ray": require_ray}


def run_stage(
    stage: Stage,
    folder: pathlib.Path,
    config: ExecutionConfig,
    is_whole: Callable[[int], bool] = lambda rank: True,
) -> None:
    """Run the tasks of a stage that are not complete; return when all are.

    Which are complete is told by datatrove's markers in `folder`/`stage.name`, which no other
    stage, and no other configuration of this one, may use.

    Args:
        stage: its steps write whole files or none, and the same ones when they run again.
        folder: for markers, tracebacks and the cluster's logs.
        config: where the tasks run.
        is_whole: whether the output of a task that is marked complete is there; if not, it is run
            again.

    Raises:
        StageError: a worker was killed, a cluster lost a job, or a task failed in a way that no
            other error explains. Finished tasks are kept.
    """
    require_executor(config)
    silence_datatrove()
    executor = EXECUTORS[config.executor](stage, folder / stage.name, config)
    _forget_damaged(executor, stage, is_whole)
    if not executor.get_incomplete_ranks():
        return
    forget_failures(executor.logging_dir)
    executor.run()
    _require_complete(executor, stage, folder / stage.name)


def require_executor(config: ExecutionConfig) -> None:
    """Check that what the executor needs is there.

    Raises:
        StageError: it is not; the message says how to get it.
    """
    if require := REQUIREMENTS.get(config.executor):
        require()


def _forget_damaged(
    executor: PipelineExecutor, stage: Stage, is_whole: Callable[[int], bool]
) -> None:
    for rank in set(range(stage.tasks)).difference(executor.get_incomplete_ranks()):
        if not is_whole(rank):
            logger.warning("%s: the output of task %d is damaged: made again", stage.name, rank)
            executor.logging_dir.rm(f"completions/{rank:05d}")


def _require_complete(executor: PipelineExecutor, stage: Stage, folder: pathlib.Path) -> None:
    """Jobs of a cluster end without telling how: what they left behind does."""
    missing = executor.get_incomplete_ranks()
    if not missing:
        return
    failures = (recorded_failure(executor.logging_dir, stage.name, rank) for rank in missing)
    if failure := next(filter(None, failures), None):
        raise failure
    ends = job_end(folder)
    raise StageError(
        f"{stage.name}: {len(missing)} of {stage.tasks} tasks ended without result, such as task "
        f"{missing[0]}{f' (Slurm: {ends})' if ends else ''}; their logs are in {folder}. If time "
        "or memory ran out, raise execution.slurm.time or execution.slurm.memory_per_cpu_gb. Run "
        "the same command again: finished tasks are kept"
    )
