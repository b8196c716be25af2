"""MLflow as the tracker of a training run."""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

import mlflow
from mlflow.entities import Metric

from selectra_pipeline.shards.files import local_copy

logger = logging.getLogger(__name__)

MAX_BATCH = 1000  # metrics in one request, by MLflow's own limit
RETRY_SECONDS = 5.0  # between two attempts to reach a server that is gone
CLOSE_SECONDS = 20.0  # that the end of a run waits for what was not sent yet
REFUSED = "INVALID_PARAMETER_VALUE"  # what no later attempt would change


def log_artifact(path: str, artifact_path: str) -> None:
    """Copy a file or folder, on any storage, to the active MLflow run, if there is one.

    Args:
        path: of the file or folder.
        artifact_path: folder among the artifacts of the run.
    """
    if mlflow.active_run() is not None:
        with local_copy(path) as local:
            mlflow.log_artifact(str(local), artifact_path)


@contextlib.contextmanager
def nested_run(name: str, params: Mapping[str, Any]) -> Iterator["MlflowTracker"]:
    """A run inside the active one, with its tracker.

    Where none is active, or MLflow can't be reached, nothing is tracked.
    """
    if mlflow.active_run() is None:
        with MlflowTracker(is_tracked=False) as tracker:
            yield tracker
        return
    is_tracked, status = _begin(name, params), "FAILED"
    try:
        with MlflowTracker(is_tracked) as tracker:
            yield tracker
        status = "FINISHED"
    finally:
        if is_tracked:
            with _logged_errors(f"the end of {name}"):
                mlflow.end_run(status)


def _begin(name: str, params: Mapping[str, Any]) -> bool:
    """Begin a nested run; whether there is one now."""
    parent = mlflow.active_run().info.run_id
    with _logged_errors(name):
        mlflow.start_run(run_name=name, nested=True, log_system_metrics=False)
        mlflow.log_params(dict(params))
    return mlflow.active_run().info.run_id != parent


@contextlib.contextmanager
def _logged_errors(what: str) -> Iterator[None]:
    """No error of the tracker ends the work that it tracks."""
    try:
        yield
    except Exception as error:  # whatever a client raises
        logger.warning("MLflow does not take %s (%s); the work goes on", what, error)


def metric_name(name: str) -> str:
    """A name as MLflow takes it: names of classes may hold any character."""
    return re.sub(r"//+", "/", re.sub(r"[^/\w.\- :]", "_", name))


class MlflowTracker:
    """Sends metrics to the active MLflow run, from a thread of its own.

    Training never waits for a server: MLflow's client blocks while it tries to reach one that is
    gone. The tracker then says so once, keeps what was not sent, tries again every `RETRY_SECONDS`,
    and says when the server is back. A context manager: leaving it sends the rest, for at most
    `CLOSE_SECONDS`, and says what is left.

    Args:
        is_tracked: whether anything is sent.
    """

    def __init__(self, is_tracked: bool = True) -> None:
        # Of this thread: the sender would not see it.
        run = mlflow.active_run() if is_tracked else None
        self._run_id = run.info.run_id if run else None
        self._pending: list[Metric] = []
        self._changed = threading.Condition()  # guards `_pending` and `_closing`
        self._closing = False
        self._reachable = True
        self._abandoned = threading.Event()
        self._sender = threading.Thread(target=self._send_pending, name="mlflow", daemon=True)

    def __enter__(self) -> Self:
        self._sender.start()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Log numbers at a step. Returns at once."""
        if self._run_id is None:
            return
        now = int(time.time() * 1000)
        with self._changed:
            self._pending += [
                Metric(metric_name(key), value, now, step) for key, value in values.items()
            ]
            self._changed.notify()

    def close(self) -> None:
        """Wait until all is sent, but not for long; what is left after that is not sent."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._sender.join(CLOSE_SECONDS)
        self._abandoned.set()
        with self._changed:
            left = len(self._pending)
        if left:
            logger.warning(
                "MLflow still can't be reached: %d values were not sent. They are in the run's "
                "history; the same command, given again, sends all of it",
                left,
            )

    def _send_pending(self) -> None:
        while batch := self._next_batch():
            if self._send(batch):
                with self._changed:
                    del self._pending[: len(batch)]
            else:
                self._abandoned.wait(RETRY_SECONDS)

    def _send(self, batch: list[Metric]) -> bool:
        try:
            mlflow.MlflowClient().log_batch(self._run_id, metrics=batch)
        except Exception as error:  # whatever a client raises must not end the sender
            if getattr(error, "error_code", None) == REFUSED:
                logger.warning("MLflow refuses %d values: %s", len(batch), error)
                return True
            if self._reachable:
                logger.warning(
                    "MLflow can't be reached (%s); training goes on, metrics are kept and sent "
                    "later",
                    error,
                )
            self._reachable = False
            return False
        if not self._reachable:
            logger.info("MLflow is back, the metrics that were kept are being sent")
        self._reachable = True
        return True

    def _next_batch(self) -> list[Metric]:
        """What to send next; waits for it. Empty when there is nothing to send any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._closing)
            return [] if self._abandoned.is_set() else self._pending[:MAX_BATCH]
