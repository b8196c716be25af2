from pathlib import Path

import pytest

from selectra_pipeline.config.execution import ExecutionConfig, SlurmConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.execution.work_folder import WorkFolder

LOCAL = ExecutionConfig()


def test_it_lies_inside_the_output_and_goes_when_the_stage_has_finished(tmp_path):
    work = WorkFolder(tmp_path / "out", LOCAL)
    folder = work.open("one")
    assert folder == tmp_path / "out" / "work" / "one"
    assert folder.is_dir()
    work.remove()
    assert not list((tmp_path / "out").iterdir())


def test_what_the_same_fingerprint_left_is_kept_and_what_another_left_is_not(tmp_path):
    work = WorkFolder(tmp_path, LOCAL)
    (work.open("one") / "kept").touch()
    assert (work.open("one") / "kept").exists()
    assert not list(work.open("two").iterdir())
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["two"]


def test_another_place_can_be_named_which_outputs_do_not_share(tmp_path):
    config = ExecutionConfig(work_directory=str(tmp_path / "scratch"))
    one, two = WorkFolder(tmp_path / "a", config), WorkFolder(tmp_path / "b", config)
    folders = [one.open("x"), two.open("x")]
    assert [folder.parents[1] for folder in folders] == [tmp_path / "scratch"] * 2
    two.remove()
    assert [folder.exists() for folder in folders] == [True, False]


def test_outputs_of_one_relative_path_in_two_folders_do_not_share(tmp_path, monkeypatch):
    config = ExecutionConfig(work_directory=str(tmp_path / "scratch"))
    places = []
    for name in ("clone", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        places.append(WorkFolder(Path("data/documents"), config).open("x"))
    assert len(set(places)) == 2
    assert all(place.exists() for place in places)


def test_that_of_a_remote_output_is_local(bucket, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = WorkFolder(bucket / "out", LOCAL).open("one")
    assert folder.is_relative_to(tmp_path)
    assert WorkFolder(bucket / "out", LOCAL).open("one") == folder


def test_a_cluster_needs_a_place_that_its_nodes_share(bucket):
    slurm = ExecutionConfig(executor="slurm", slurm=SlurmConfig(partition="short"))
    with pytest.raises(StageError, match=r"object store: set execution\.work_directory"):
        WorkFolder(bucket / "out", slurm).open("one")
