"""Tasks as jobs of a Slurm cluster."""

import collections
import getpass
import hashlib
import logging
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

from datatrove.executor.slurm import SlurmPipelineExecutor

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.failures import RecordsFailures
from selectra_pipeline.execution.progress import Progress
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.shards.paths import Path

logger = logging.getLogger(__name__)

JOB_FILE = "job_id"
LOOKS_WITHOUT_ANSWER = 10  # after which a queue that does not answer is an error
COMMANDS = ("sbatch", "squeue", "scancel")


class SlurmExecutor(RecordsFailures, SlurmPipelineExecutor):
    """Submits the tasks as job arrays and waits for them.

    The jobs' name belongs to the stage's folder. By it a run that was killed, however soon after
    submitting, finds its jobs in the queue and waits for them first; and it finds all of them where
    tasks are more than an array may have.
    """

    def __init__(self, stage: Stage, folder: Path, config: ExecutionConfig) -> None:
        slurm = config.slurm
        super().__init__(
            list(stage.steps),
            tasks=stage.tasks,
            time=slurm.time,
            partition=slurm.partition,
            cpus_per_task=slurm.cpus_per_task,
            mem_per_cpu_gb=slurm.memory_per_cpu_gb,
            workers=config.workers or -1,
            job_name=f"selectra_{stage.name}_{_digest(folder)}",
            qos=slurm.qos,
            env_command=slurm.env_command or _path_of_this_environment(),
            logging_dir=str(folder),
        )
        self.name, self.poll_seconds = stage.name, slurm.poll_seconds

    def run(self) -> None:
        """In a job: run its task. Elsewhere: submit what is not complete, and wait for it."""
        if "SLURM_ARRAY_TASK_ID" in os.environ:
            super().run()
            return
        complete = self.tasks - len(self.get_incomplete_ranks())
        progress = Progress(self.name, self.tasks, complete)
        self._wait(progress)
        if self.get_incomplete_ranks():
            self._submit()
            self._wait(progress)

    def launch_merge_stats(self) -> None:
        """Nothing: datatrove would submit another job, for statistics that nobody reads."""

    def _submit(self) -> None:
        try:
            self.launch_job()
        except subprocess.CalledProcessError as error:
            raise StageError(
                f"{self.name}: sbatch refused the job (its message is above); correct "
                "execution.slurm in parameters_execution.yml"
            ) from error
        with self.logging_dir.open(JOB_FILE, "w") as file:
            file.write(self.job_id)
        logger.info("%s: submitted as Slurm job %s", self.name, self.job_id)

    def _wait(self, progress: Progress) -> None:
        """Return when no task of the stage is in the queue any more."""
        seen, silent, states = self.tasks - len(self.get_incomplete_ranks()), 0, None
        try:
            while True:
                answer = _queued(self.job_name)
                silent = silent + 1 if answer is None else 0
                if silent == LOOKS_WITHOUT_ANSWER:
                    raise StageError(
                        f"{self.name}: squeue has not answered {silent} times; jobs may still run. "
                        "Run the same command again when Slurm is back: it waits for them"
                    )
                complete = self.tasks - len(self.get_incomplete_ranks())
                if complete > seen:
                    progress.add(complete - seen)
                    seen = complete
                if answer is not None and not answer:
                    return
                if answer and answer != states:
                    states = answer
                    listed = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
                    logger.info("%s: Slurm jobs %s: %s", self.name, self.job_name, listed)
                time.sleep(self.poll_seconds)
        except KeyboardInterrupt:
            subprocess.run(["scancel", *_jobs_named(self.job_name)], check=False)
            raise


def require_slurm() -> None:
    """Check that jobs can be submitted from here.

    Raises:
        StageError: they can't.
    """
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        raise StageError(
            f"execution.executor=slurm, but {', '.join(missing)} cannot be found; run on a login "
            "node of the cluster, or set execution.executor to local"
        )
    if "SLURM_ARRAY_TASK_ID" in os.environ:
        raise StageError(
            "execution.executor=slurm inside a job array: each job would submit the same; run on a "
            "login node, or in a job of its own (sbatch without --array)"
        )


def job_end(folder: pathlib.Path) -> str | None:
    """What Slurm's accounting says of the jobs that did not end well: "OUT_OF_MEMORY 2"."""
    job_file = folder / JOB_FILE
    if not job_file.exists() or shutil.which("sacct") is None:
        return None
    command = ["sacct", "--allocations", "--noheader", "--parsable2", "--format=State", "--jobs"]
    answer = subprocess.run(
        [*command, job_file.read_text()], capture_output=True, text=True, check=False
    )
    states = collections.Counter(line.split()[0] for line in answer.stdout.split("\n") if line)
    del states["COMPLETED"]
    return ", ".join(f"{state} {count}" for state, count in states.most_common()) or None


def _queued(name: str) -> collections.Counter[str] | None:
    """How many tasks of the jobs of a name are in each state, empty for none; None: no answer."""
    answer = subprocess.run(
        ["squeue", *_jobs_named(name), "--noheader", "--array", "--format=%T"],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if answer.returncode else collections.Counter(answer.stdout.split())


def _jobs_named(name: str) -> list[str]:
    return [f"--user={getpass.getuser()}", f"--name={name}"]


def _digest(folder: Path) -> str:
    return hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:10]


def _path_of_this_environment() -> str:
    return f"export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH"
