import pytest

from selectra_pipeline.config.execution import ExecutionConfig, SlurmConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.work_folder import WorkFolder

LOCAL = ExecutionConfig()


def test_it_lies_inside_the_output_and_goes_when_the_stage_has_finished(tmp_path):
    work = WorkFolder(tmp_path / "out", "one", LOCAL)
    assert work.path == tmp_path / "out" / "work" / "one"
    assert work.path.is_dir()
    work.remove()
    assert not list((tmp_path / "out").iterdir())


def test_what_the_same_fingerprint_left_is_kept_and_what_another_left_is_not(tmp_path):
    (WorkFolder(tmp_path, "one", LOCAL).path / "kept").touch()
    assert (WorkFolder(tmp_path, "one", LOCAL).path / "kept").exists()
    two = WorkFolder(tmp_path, "two", LOCAL)
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["two"]
    assert not list(two.path.iterdir())


def test_another_place_can_be_named_which_outputs_do_not_share(tmp_path):
    config = ExecutionConfig(work_directory=str(tmp_path / "scratch"))
    one = WorkFolder(tmp_path / "a", "one", config)
    two = WorkFolder(tmp_path / "b", "one", config)
    assert one.path.parents[1] == two.path.parents[1] == tmp_path / "scratch"
    two.remove()
    assert one.path.exists()


def test_that_of_a_remote_output_is_local(bucket, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    work = WorkFolder(bucket / "out", "one", LOCAL)
    assert work.path.is_relative_to(tmp_path)
    assert WorkFolder(bucket / "out", "one", LOCAL).path == work.path


def test_a_cluster_needs_a_place_that_its_nodes_share(bucket):
    slurm = ExecutionConfig(executor="slurm", slurm=SlurmConfig(partition="short"))
    with pytest.raises(StageError, match=r"object store: set execution\.work_directory"):
        WorkFolder(bucket / "out", "one", slurm)
