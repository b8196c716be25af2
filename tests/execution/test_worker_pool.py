import os
import signal

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


def test_a_process_that_ends_is_an_error_with_its_exit_code():
    with pytest.raises(WorkerKilledError) as caught:
        run_in_workers(os._exit, [9, 9, 9], 2, nothing)
    assert caught.value.exit_code == 9


def test_a_process_that_is_killed_has_the_signal_as_its_exit_code():
    with pytest.raises(WorkerKilledError) as caught:
        run_in_workers(kill_this_process, [0, 1], 2, nothing)
    assert caught.value.exit_code == -signal.SIGKILL


def kill_this_process(rank):
    os.kill(os.getpid(), signal.SIGKILL)


class TwoPartsError(Exception):
    """Can be sent, but not received: it takes two arguments and keeps one."""

    def __init__(self, part, other):
        super().__init__(f"{part} {other}")


class FunctionError(Exception):
    """Can't be sent: it holds a function that has no name."""

    def __init__(self):
        super().__init__(lambda: None)


def raise_two_parts(rank):
    raise TwoPartsError("no", "answer")


def raise_function(rank):
    raise FunctionError


@pytest.mark.parametrize(
    ("task", "told"), [(raise_two_parts, "TwoPartsError: no answer"), (raise_function, "Function")]
)
def test_an_error_that_cannot_be_sent_is_told_by_its_traceback(task, told):
    with pytest.raises(RuntimeError, match=told) as caught:
        run_in_workers(task, [0, 1], 2, nothing)
    assert f"in {task.__name__}" in str(caught.value)
