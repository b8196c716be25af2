import logging
import os

import pytest
from steps import WriteRank

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.running import run_stage
from selectra_pipeline.execution.stage import Stage

HERE, TWO = ExecutionConfig(workers=1), ExecutionConfig(workers=2)


def stage(folder, tasks=3, fail=None):
    (folder / "out").mkdir(exist_ok=True)
    return Stage("write", (WriteRank(folder / "out", fail),), tasks)


def written(folder):
    """How often each task wrote."""
    paths = (folder / "out").iterdir()
    return {path.name: len(path.read_text().splitlines()) for path in paths if path.name.isdigit()}


def processes(folder):
    return {(folder / "out" / name).read_text().split()[0] for name in written(folder)}


def test_every_task_is_run_once(tmp_path):
    run_stage(stage(tmp_path), tmp_path, HERE)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}


def test_one_worker_is_the_calling_process(tmp_path):
    run_stage(stage(tmp_path), tmp_path, HERE)
    assert processes(tmp_path) == {str(os.getpid())}


def test_more_workers_are_other_processes(tmp_path):
    run_stage(stage(tmp_path), tmp_path, TWO)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}
    assert str(os.getpid()) not in processes(tmp_path)


def test_a_complete_stage_is_not_run_again(tmp_path):
    for config in (HERE, TWO):
        run_stage(stage(tmp_path), tmp_path, config)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}


def test_a_stage_of_another_folder_is(tmp_path):
    for fingerprint in ("one", "two"):
        run_stage(stage(tmp_path), tmp_path / fingerprint, HERE)
    assert written(tmp_path) == {"0": 2, "1": 2, "2": 2}


def test_a_task_whose_output_is_damaged_is_run_again(tmp_path, caplog):
    run_stage(stage(tmp_path), tmp_path, HERE)
    run_stage(stage(tmp_path), tmp_path, HERE, is_whole=lambda rank: rank != 1)
    assert written(tmp_path) == {"0": 1, "1": 2, "2": 1}
    assert "write: the output of task 1 is damaged" in caplog.text


def test_a_stage_may_have_no_tasks(tmp_path):
    run_stage(stage(tmp_path, tasks=0), tmp_path, TWO)
    assert not written(tmp_path)


@pytest.mark.parametrize("config", [HERE, TWO])
def test_an_error_that_says_how_to_mend_it_reaches_the_caller(tmp_path, config):
    with pytest.raises(ConfigError, match="the remedy is this"):
        run_stage(stage(tmp_path, fail={1: "user error"}), tmp_path, config)
    failures = tmp_path / "write" / "failures"
    assert "ConfigError: the remedy is this" in (failures / "00001.traceback.txt").read_text()


@pytest.mark.parametrize("config", [HERE, TWO])
def test_any_other_error_does_so_as_it_is(tmp_path, config):
    with pytest.raises(ZeroDivisionError, match="nobody expected it"):
        run_stage(stage(tmp_path, fail={1: "bug"}), tmp_path, config)


@pytest.mark.parametrize("config", [HERE, TWO])
def test_after_an_error_finished_tasks_are_kept(tmp_path, config):
    with pytest.raises(ConfigError):
        run_stage(stage(tmp_path, fail={2: "user error"}), tmp_path, config)
    assert written(tmp_path) == {"0": 1, "1": 1}
    run_stage(stage(tmp_path), tmp_path, config)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}
    assert not (tmp_path / "write" / "failures").exists()


def test_a_killed_worker_is_an_error_and_the_next_run_goes_on(tmp_path):
    killed = stage(tmp_path, fail={1: "killed once"})
    with pytest.raises(StageError, match=r"write: a worker process was killed.*lower exec"):
        run_stage(killed, tmp_path, TWO)
    run_stage(killed, tmp_path, TWO)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}


def test_a_worker_that_ends_by_itself_is_not_blamed_on_memory(tmp_path):
    with pytest.raises(
        StageError, match="write: a worker process ended with exit code 3"
    ) as caught:
        run_stage(stage(tmp_path, fail={1: "exit"}), tmp_path, TWO)
    assert "memory" not in str(caught.value)


def test_the_log_says_how_far_the_stage_is_and_datatrove_says_nothing(tmp_path, caplog, capfd):
    with caplog.at_level(logging.INFO), pytest.raises(ConfigError):
        run_stage(stage(tmp_path, fail={2: "user error"}), tmp_path, HERE)
    with caplog.at_level(logging.INFO):
        run_stage(stage(tmp_path), tmp_path, HERE)
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["write: 2 of 3 tasks were complete already", "write: 3 of 3 tasks complete"]
    assert "datatrove" not in "".join(capfd.readouterr())
