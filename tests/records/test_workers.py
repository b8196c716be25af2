import os

import pytest

from selectra_pipeline.records.workers import WorkerError, run_tasks


def test_results_come_in_the_order_of_the_tasks():
    assert run_tasks(abs, [-3, 2, -1, 0], workers=2) == [3, 2, 1, 0]


def test_one_worker_is_the_calling_process():
    def process_id(_):  # a local function can't be sent to another process
        return os.getpid()

    assert run_tasks(process_id, [1, 2], workers=1) == [os.getpid()] * 2


def test_an_error_of_a_task_reaches_the_caller():
    with pytest.raises(ValueError, match="invalid literal"):
        run_tasks(int, ["1", "x", "2"], workers=2)


def test_a_killed_worker_is_a_clear_error():
    with pytest.raises(WorkerError, match=r"killed.*lower records\.workers"):
        run_tasks(os._exit, [9, 9], workers=2)
