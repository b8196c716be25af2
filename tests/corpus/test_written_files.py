import os

import pytest

from selectra_pipeline.corpus.written_files import RecordFiles


@pytest.fixture
def step(tmp_path):
    """Has recorded the two files of task 1, one of them in a folder."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "00001.a").write_bytes(b"uno")
    (tmp_path / "00001.b").write_bytes(b"")
    step = RecordFiles(tmp_path, "stage", ("*/{rank:05d}.a", "{rank:05d}.b"))
    step.run(rank=1)
    return step


def test_files_are_whole_as_they_were_written_and_not_otherwise(step, tmp_path):
    assert step.is_whole(1)
    (tmp_path / "sub" / "00001.a").write_bytes(b"un")
    assert not step.is_whole(1)
    (tmp_path / "sub" / "00001.a").write_bytes(b"uno")
    (tmp_path / "00001.b").unlink()
    assert not step.is_whole(1)


def test_what_was_not_recorded_or_lost_its_record_is_not_whole(step, tmp_path):
    assert not step.is_whole(0)
    (tmp_path / "written" / "stage" / "00001.json").write_bytes(b"")
    assert not step.is_whole(1)


def test_files_are_on_the_disk_before_their_record(step, tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(os, "fsync", lambda number: sent.append(os.fstat(number).st_ino))
    step.run(rank=1)
    files = [tmp_path / "sub" / "00001.a", tmp_path / "00001.b"]
    assert sent[:2] == [path.stat().st_ino for path in files]
    assert len(sent) == 3
