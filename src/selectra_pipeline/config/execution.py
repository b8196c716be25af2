"""Configuration of execution: where the tasks of ingestion and of the records stage run."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from selectra_pipeline.config.base import Config, require

# man sbatch: minutes, minutes:seconds, hours:minutes:seconds, and days- before hours.
SLURM_TIME = re.compile(r"\d+(:\d+){0,2}|\d+-\d+(:\d+){0,2}")


@dataclass(frozen=True)
class SlurmConfig(Config):
    """What each job of a Slurm array asks for; a job runs one task.

    Attributes:
        partition: where jobs are queued. It has no default.
        time: limit of a job, as sbatch takes it ("2-00:00:00" is two days).
        cpus_per_task: a task uses one core; more only to get their memory.
        memory_per_cpu_gb: gigabytes.
        qos: quality of service; None is the cluster's default.
        env_command: shell command that makes this project's environment the current one. None
            puts the running Python's folder first in PATH, which fits a shared file system.
        poll_seconds: between two looks at the queue.
    """

    partition: str | None = None
    time: str = "24:00:00"
    cpus_per_task: int = 1
    memory_per_cpu_gb: int = 4
    qos: str | None = None
    env_command: str | None = None
    poll_seconds: float = 20.0

    def __post_init__(self) -> None:
        require(
            SLURM_TIME.fullmatch(self.time) is not None,
            f"time={self.time!r} is no time limit; write HH:MM:SS or DAYS-HH:MM:SS, in quotes",
        )
        for name in ("cpus_per_task", "memory_per_cpu_gb"):
            require(getattr(self, name) >= 1, f"{name}={getattr(self, name)} must be 1 or more")
        require(self.poll_seconds > 0, f"poll_seconds={self.poll_seconds} must be above 0")


@dataclass(frozen=True)
class RayConfig(Config):
    """What a task asks of a Ray cluster.

    Attributes:
        address: of the cluster's head ("ray://host:10001", "auto"); None is the cluster that
            RAY_ADDRESS names, or one that is started on this machine.
        cpus_per_task: cores that are reserved for a task, which uses one.
        memory_gb: gigabytes that are reserved for a task.
    """

    address: str | None = None
    cpus_per_task: int = 1
    memory_gb: float = 2.0

    def __post_init__(self) -> None:
        require(self.cpus_per_task >= 1, f"cpus_per_task={self.cpus_per_task} must be 1 or more")
        require(self.memory_gb > 0, f"memory_gb={self.memory_gb} must be above 0")


@dataclass(frozen=True)
class ExecutionConfig(Config):
    """Where tasks run. Nothing of it changes a byte of any output.

    Attributes:
        executor: processes of this machine, jobs of a Slurm cluster or tasks of a Ray cluster.
        workers: how many tasks run at a time; 0 is one for each core (local), or as many as the
            cluster gives. 1 with `local` is the calling process.
        task_megabytes: source files are read in groups of at least this size as they are stored,
            one task for each group; a larger file is a group of its own.
        in_process_megabytes: a smaller input is worked on by the calling process, whatever the
            executor: starting workers would cost more than it saves.
        work_directory: where unfinished stages keep intermediate files; every worker must see it.
            None is a folder "work" inside the stage's output; for an output on an object store,
            one in the system's folder for temporary files.
    """

    executor: Literal["local", "slurm", "ray"] = "local"
    workers: int = 0
    task_megabytes: float = 8.0
    in_process_megabytes: float = 8.0
    work_directory: str | None = None
    slurm: SlurmConfig = field(default_factory=SlurmConfig)
    ray: RayConfig = field(default_factory=RayConfig)

    def __post_init__(self) -> None:
        require(self.workers >= 0, f"workers={self.workers} must be 0 (all cores) or more")
        for name in ("task_megabytes", "in_process_megabytes"):
            require(getattr(self, name) >= 0, f"{name}={getattr(self, name)} must not be negative")
        require(
            self.executor != "slurm" or self.slurm.partition is not None,
            "executor=slurm, but slurm.partition is not set; `sinfo` lists the partitions",
        )
        require(
            self.work_directory is None or "://" not in self.work_directory,
            f"work_directory={self.work_directory} must be a local path, or one that all nodes "
            "have mounted: intermediate files are read in many small pieces",
        )

    def for_input(self, size: int) -> Self:
        """How an input of `size` bytes is worked on: a small one by the calling process."""
        if size >= self.in_process_megabytes * 1e6:
            return self
        return replace(self, executor="local", workers=1)


LOCAL = ExecutionConfig()
