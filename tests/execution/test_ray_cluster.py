import dataclasses
import sys

import pytest
from steps import WriteRank

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.execution import ExecutionConfig, RayConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.ray_cluster import RayExecutor
from selectra_pipeline.execution.running import require_executor, run_stage
from selectra_pipeline.execution.stage import Stage

RAY = ExecutionConfig(executor="ray", workers=2, ray=RayConfig(memory_gb=0.1))


def stage(folder, tasks=3, fail=None):
    (folder / "out").mkdir(exist_ok=True)
    return Stage("write", (WriteRank(folder / "out", fail),), tasks)


def written(folder):
    paths = (folder / "out").iterdir()
    return {path.name: len(path.read_text().splitlines()) for path in paths if path.name.isdigit()}


def test_every_task_is_run_once_whatever_is_killed(ray_cluster, tmp_path):
    run_stage(stage(tmp_path, fail={1: "killed once"}), tmp_path, RAY)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}
    run_stage(stage(tmp_path), tmp_path, RAY)
    assert written(tmp_path) == {"0": 1, "1": 1, "2": 1}


def test_an_error_that_says_how_to_mend_it_reaches_the_caller(ray_cluster, tmp_path):
    with pytest.raises(ConfigError, match="the remedy is this"):
        run_stage(stage(tmp_path, fail={1: "user error"}), tmp_path, RAY)
    assert (tmp_path / "write" / "failures" / "00001.traceback.txt").exists()


def test_a_task_that_is_killed_each_time_is_an_error(ray_cluster, tmp_path):
    with pytest.raises(StageError, match=r"Ray lost a task 4 times .*raise execution\.ray\.memory"):
        run_stage(stage(tmp_path, fail={0: "killed"}), tmp_path, RAY)


def test_a_cluster_that_cannot_be_joined_is_an_error(ray_cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setenv("RAY_NUM_REDIS_GET_RETRIES", "1")
    config = dataclasses.replace(RAY, ray=RayConfig(address="nowhere"))
    with pytest.raises(StageError, match=r"nowhere cannot be joined .*execution\.ray\.address"):
        run_stage(stage(tmp_path), tmp_path, config)


def test_resources_that_no_node_has_are_told(ray_cluster, tmp_path, caplog):
    config = dataclasses.replace(RAY, ray=RayConfig(memory_gb=1e6))
    executor = RayExecutor(stage(tmp_path), tmp_path, config)
    executor._join_cluster()
    assert "no node of the Ray cluster has" in caplog.text


def test_a_machine_without_ray_is_refused_before_any_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(StageError, match='not installed; install the project with its extra "ray"'):
        require_executor(RAY)
