"""Commands of Slurm that run jobs on this machine, for the tests of its executor."""

import os
import stat
import sys
from pathlib import Path

COMMANDS = ("sbatch", "squeue", "sacct", "scancel", "scontrol", "srun")

# Each job has a folder: the script, the indices of its array, and the state of each that has ended.
SCRIPT = """#!{python}
import os, pathlib, re, subprocess, sys

state = pathlib.Path({state!r})
command, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(state / "calls", "a") as calls:
    calls.write(" ".join([command, *arguments]) + "\\n")


def queued(job):
    return [
        index for index in (state / job / "array").read_text().split()
        if not (state / job / (index + ".state")).exists()
    ]


def jobs_named():
    (name,) = [a.removeprefix("--name=") for a in arguments if a.startswith("--name=")]
    return [
        path.parent.name for path in state.glob("*/script")
        if "--job-name=" + name + "\\n" in path.read_text()
    ]


def sbatch():
    if (state / "refuse").exists():
        sys.exit("sbatch: error: invalid partition specified")
    script = pathlib.Path(arguments[-1]).read_text()
    first, last = re.search(r"--array=(\\d+)-(\\d+)", script).groups()
    indices = [str(i) for i in range(int(first), int(last) + 1)]
    job = str(1 + sum(path.is_dir() for path in state.iterdir()))
    folder = state / job
    folder.mkdir()
    (folder / "array").write_text(" ".join(indices))
    (folder / "script").write_text(script)
    export = next(a for a in arguments if a.startswith("--export=ALL,"))
    subprocess.Popen(
        [sys.executable, __file__, "run-array", job, export.removeprefix("--export=ALL,")],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    print("Submitted batch job " + job)


def run_array(job, export):
    folder = state / job
    output = re.search(r"--output=(.*)", (folder / "script").read_text())[1]
    name, value = export.split("=")
    for index in queued(job):
        log = output.replace("%A", job).replace("%a", index)
        with open(log, "w") as file:
            task = subprocess.Popen(
                ["bash", str(folder / "script")], stdout=file, stderr=file, start_new_session=True,
                env=dict(os.environ, SLURM_ARRAY_TASK_ID=index, SLURM_JOB_ID=job,
                         SLURM_NODELIST="localhost", **{{name: value}}),
            )
            code = task.wait()
        end = {{0: "COMPLETED", 137: "OUT_OF_MEMORY"}}.get(code, "FAILED")  # 137: killed
        (folder / (index + ".state")).write_text(end)


if arguments[:1] == ["run-array"]:
    run_array(*arguments[1:])
elif command == "sbatch":
    sbatch()
elif command == "squeue":
    if (state / "silent").exists():
        sys.exit("slurm_load_jobs error: Unable to contact slurm controller")
    print("\\n".join("RUNNING" for job in jobs_named() for _ in queued(job)))
elif command == "sacct":
    job = arguments[arguments.index("--jobs") + 1]
    for path in (state / job).glob("*.state"):
        print(path.read_text())
elif command == "scontrol":
    print("localhost")
elif command == "srun":
    os.execvp(arguments[3], arguments[3:])  # after -l -n 1
"""


class FakeSlurm:
    """The commands in a folder that is put first in PATH; what they were called with.

    Arrays run one task after the other. A task that is killed counts as out of memory.
    """

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.state.mkdir(parents=True)
        self.commands = folder / "bin"
        self.commands.mkdir()
        for name in COMMANDS:
            path = self.commands / name
            path.write_text(SCRIPT.format(python=sys.executable, state=str(self.state)))
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    @property
    def path(self) -> str:
        return f"{self.commands}:{os.environ['PATH']}"

    @property
    def jobs(self) -> list[str]:
        return sorted(path.name for path in self.state.iterdir() if path.is_dir())

    def calls(self, command: str) -> list[str]:
        lines = (self.state / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == command]

    def script(self, job: str) -> str:
        return (self.state / job / "script").read_text()
