"""Processes of this machine that run tasks, any of which may be killed at any moment.

The pools of the standard library wait forever then. `multiprocessing.Pool` does not look at its
processes; `concurrent.futures.ProcessPoolExecutor` does, but they share queues and locks, which a
process that is killed may hold, and one that is just being started is not stopped with the others
(both seen with Python 3.11). Here each process has a pipe of its own, which ends when it does.
"""

import collections
import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait

from selectra_pipeline.config.base import UserError

RunTask = Callable[[int], object]


class WorkerKilledError(Exception):
    """A process ended without an answer.

    Attributes:
        exit_code: what it ended with; that of a signal is negative.
    """

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def run_in_workers(
    run_task: RunTask, ranks: Sequence[int], workers: int, completed: Callable[[], None]
) -> None:
    """Call `run_task(rank)` for each rank, in processes that are started for it.

    The first error stops the tasks that have not started; those that run are waited for.

    Args:
        run_task: is sent to each process, once.
        ranks: of the tasks, one or more.
        workers: how many processes to start.
        completed: is called whenever a task has ended well.

    Raises:
        WorkerKilledError: a process was killed.
        RuntimeError: an error of a task that can't be sent between processes, as its traceback.
    """
    waiting = collections.deque(ranks)
    pool = [_Worker(run_task) for _ in range(min(workers, len(ranks)))]
    try:
        busy = {worker.connection: worker for worker in pool}
        for worker in pool:
            worker.begin(waiting.popleft())
        while busy:
            for connection in wait(list(busy)):
                busy[connection].finish()
                completed()
                if waiting:
                    busy[connection].begin(waiting.popleft())
                else:
                    del busy[connection]
    except Exception:
        raise
    except BaseException:  # Ctrl-C
        for worker in pool:
            worker.process.terminate()
        raise
    finally:
        for worker in pool:
            worker.end()


class _Worker:
    """A process and this end of its pipe."""

    def __init__(self, run_task: RunTask) -> None:
        # fork after TensorFlow was imported can deadlock; a fork server that imports nothing can't.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([])
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, run_task))
        self.process.start()
        theirs.close()  # so that the pipe ends with the process

    def begin(self, rank: int) -> None:
        with contextlib.suppress(OSError):  # it was killed: `finish` says so
            self.connection.send(rank)

    def finish(self) -> None:
        """Take the answer to the task that began; raise its error."""
        try:
            error = self.connection.recv()
        except (EOFError, OSError) as end:
            self.process.join()
            raise WorkerKilledError(self.process.exitcode) from end
        if error is not None:
            raise error

    def end(self) -> None:
        """Let the process end after what it is doing, and wait for it."""
        self.connection.close()
        self.process.join()


def _work(connection: Connection, run_task: RunTask) -> None:
    """Run the tasks whose ranks come in, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(_outcome(run_task, connection.recv()))


def _outcome(run_task: RunTask, rank: int) -> Exception | None:
    """The error of a task, None if it ended well."""
    try:
        run_task(rank)
    except Exception as error:
        if not isinstance(error, UserError):
            error.add_note(traceback.format_exc())  # a traceback itself cannot be sent
        return error if _can_be_sent(error) else RuntimeError(traceback.format_exc())
    return None


def _can_be_sent(error: Exception) -> bool:
    """Whether the other end of a pipe gets an error: those with arguments of their own may not."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return True


def _end_with_parent() -> None:
    """End this process in the midst of its task when its parent was killed."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
