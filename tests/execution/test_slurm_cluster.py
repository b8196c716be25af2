import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from steps import WriteRank

from selectra_pipeline.config.execution import ExecutionConfig, SlurmConfig
from selectra_pipeline.execution import slurm_cluster
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.running import require_executor, run_stage
from selectra_pipeline.execution.stage import Stage

SLURM = ExecutionConfig(
    executor="slurm",
    workers=2,
    slurm=SlurmConfig(partition="short", time="01:00:00", memory_per_cpu_gb=3, poll_seconds=0.1),
)


@pytest.fixture(autouse=True)
def _steps_on_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in sys.path if path))


def stage(folder, tasks=2, fail=None):
    (folder / "out").mkdir(exist_ok=True)
    return Stage("write", (WriteRank(folder / "out", fail),), tasks)


def written(folder):
    paths = (folder / "out").iterdir()
    return {path.name: len(path.read_text().splitlines()) for path in paths if path.name.isdigit()}


def test_tasks_run_as_one_array_with_what_the_configuration_asks_for(slurm, tmp_path):
    run_stage(stage(tmp_path), tmp_path, SLURM)
    assert written(tmp_path) == {"0": 1, "1": 1}
    assert slurm.jobs == ["1"]
    script = slurm.script("1")
    for option in (
        "partition=short",
        "time=01:00:00",
        "mem-per-cpu=3G",
        "cpus-per-task=1",
        "array=0-1%2",
    ):
        assert f"#SBATCH --{option}\n" in script
    assert re.search(r"#SBATCH --job-name=selectra_write_[0-9a-f]{10}\n", script)
    assert "--qos" not in script


def test_only_tasks_that_are_not_complete_are_submitted(slurm, tmp_path):
    with pytest.raises(StageError, match="the remedy is this"):
        run_stage(stage(tmp_path, 3, fail={1: "user error"}), tmp_path, SLURM)
    assert written(tmp_path) == {"0": 1, "2": 1}
    run_stage(stage(tmp_path, 3), tmp_path, SLURM)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}
    assert "array=0-0%2" in slurm.script("2")
    run_stage(stage(tmp_path, 3), tmp_path, SLURM)
    assert slurm.jobs == ["1", "2"]


def test_an_unexpected_error_names_the_file_with_its_traceback(slurm, tmp_path):
    with pytest.raises(StageError, match=r"task 0 of write failed; (\S+) has its traceback") as e:
        run_stage(stage(tmp_path, 1, fail={0: "bug"}), tmp_path, SLURM)
    path = Path(str(e.value).split("; ")[1].split()[0])
    assert "ZeroDivisionError: nobody expected it" in path.read_text()


def test_a_job_that_ran_out_of_memory_is_told_by_the_accounting(slurm, tmp_path):
    with pytest.raises(
        StageError,
        match=r"1 of 2 tasks ended without result, such as task 1 \(Slurm: OUT_OF_MEMORY 1\).*"
        r"raise execution\.slurm",
    ):
        run_stage(stage(tmp_path, fail={1: "killed once"}), tmp_path, SLURM)
    run_stage(stage(tmp_path, fail={1: "killed once"}), tmp_path, SLURM)
    assert written(tmp_path) == {"0": 1, "1": 1}


submit = slurm_cluster.SlurmExecutor.launch_job


def killed(_):
    raise SystemExit


def submit_and_die(executor):
    submit(executor)
    raise SystemExit


@pytest.mark.parametrize(
    ("owner", "name", "end"),
    [
        pytest.param(slurm_cluster.time, "sleep", killed, id="while it waits"),
        pytest.param(slurm_cluster.SlurmExecutor, "launch_job", submit_and_die, id="submitting"),
    ],
)
def test_a_run_that_was_killed_finds_its_job_again(slurm, tmp_path, monkeypatch, owner, name, end):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, end)
        with pytest.raises(SystemExit):
            run_stage(stage(tmp_path), tmp_path, SLURM)
    run_stage(stage(tmp_path), tmp_path, SLURM)
    assert slurm.jobs == ["1"]
    assert written(tmp_path) == {"0": 1, "1": 1}


def test_all_arrays_are_waited_for_where_one_cannot_hold_the_tasks(slurm, tmp_path, monkeypatch):
    def submit_two_at_a_time(executor):
        executor.max_array_size = 2
        submit(executor)

    monkeypatch.setattr(slurm_cluster.SlurmExecutor, "launch_job", submit_two_at_a_time)
    run_stage(stage(tmp_path, 4, fail={0: "slow"}), tmp_path, SLURM)
    assert slurm.jobs == ["1", "2"]
    assert written(tmp_path) == dict.fromkeys("0123", 1)


def test_jobs_of_another_folder_are_not_waited_for(slurm, tmp_path):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
        run_stage(stage(folder), folder, SLURM)
    names = [re.search(r"--job-name=(\S+)", slurm.script(job))[1] for job in slurm.jobs]
    assert len(set(names)) == 2


def test_ctrl_c_cancels_the_job(slurm, tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(slurm_cluster.time, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_stage(stage(tmp_path), tmp_path, SLURM)
    name = re.search(r"--job-name=(\S+)", slurm.script("1"))[1]
    (call,) = slurm.calls("scancel")
    assert call.endswith(f" --name={name}")
    wait_for_end(slurm, "1")


IMPATIENT = replace(SLURM, slurm=replace(SLURM.slurm, poll_seconds=0.01))


def test_a_queue_that_does_not_answer_is_an_error_after_a_while(slurm, tmp_path, monkeypatch):
    def submit_to_a_queue_that_falls_silent(executor):
        submit(executor)
        (slurm.state / "silent").touch()

    monkeypatch.setattr(
        slurm_cluster.SlurmExecutor, "launch_job", submit_to_a_queue_that_falls_silent
    )
    with pytest.raises(StageError, match="squeue has not answered 10 times"):
        run_stage(stage(tmp_path, 1), tmp_path, IMPATIENT)
    wait_for_end(slurm, "1")


def test_nothing_is_submitted_while_the_queue_does_not_say_what_is_in_it(slurm, tmp_path):
    (slurm.state / "silent").touch()
    with pytest.raises(StageError, match="squeue has not answered 10 times"):
        run_stage(stage(tmp_path), tmp_path, IMPATIENT)
    assert slurm.jobs == []


def test_a_refused_job_says_which_configuration_to_correct(slurm, tmp_path):
    (slurm.state / "refuse").touch()
    with pytest.raises(StageError, match=r"sbatch refused .*correct execution\.slurm"):
        run_stage(stage(tmp_path), tmp_path, SLURM)


def test_a_machine_without_slurm_is_refused_before_any_work(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StageError, match="sbatch, squeue, scancel cannot be found"):
        require_executor(SLURM)


def test_a_job_array_submits_no_job_arrays(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
    with pytest.raises(StageError, match="inside a job array"):
        require_executor(SLURM)


def wait_for_end(slurm, job):
    """So that nothing writes into the test's folder when it is removed."""
    folder = slurm.state / job
    tasks = len((folder / "array").read_text().split())
    while len(list(folder.glob("*.state"))) < tasks:
        time.sleep(0.1)
