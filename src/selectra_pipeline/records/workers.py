"""Running a function over tasks in several processes."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from selectra_pipeline.config.base import UserError

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerError(UserError, RuntimeError):
    """A worker process ended without an answer. The message says how to mend it."""


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> list[Result]:
    """The results of `function(task)`, in the order of the tasks.

    One worker means the calling process. An error stops the tasks that have not started yet.

    Raises:
        WorkerError: a process was killed.
    """
    if workers <= 1 or len(tasks) <= 1:
        return [function(task) for task in tasks]
    # fork after TensorFlow was imported can deadlock; a fork server that imports nothing can't.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([])
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context) as executor:
        futures = [executor.submit(function, task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed, most often because memory ran out; lower "
                "records.workers and run the same command again: finished shards are kept"
            ) from error
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
