import os

import pytest

from selectra_pipeline.execution.worker_pool import WorkerKilledError, run_in_workers


def nothing():
    pass


def test_every_task_is_run_once_and_counted(tmp_path):
    counted = []
    made = [tmp_path / str(rank) for rank in range(5)]
    run_in_workers(MakeFolder(str(tmp_path)), range(5), 2, lambda: counted.append(1))
    assert sorted(tmp_path.iterdir()) == made
    assert len(counted) == 5


class MakeFolder:
    """Fails where the folder is there."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, rank):
        os.mkdir(f"{self.folder}/{rank}")


def test_the_first_error_is_raised_with_its_traceback_and_the_rest_is_not_started(tmp_path):
    (tmp_path / "0").mkdir()
    (tmp_path / "1").mkdir()
    with pytest.raises(FileExistsError) as caught:
        run_in_workers(MakeFolder(str(tmp_path)), range(9), 2, nothing)
    assert "in __call__" in caught.value.__notes__[0]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_process_that_ends_is_an_error():
    with pytest.raises(WorkerKilledError):
        run_in_workers(os._exit, [9, 9, 9], 2, nothing)
