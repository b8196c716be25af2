"""MLflow as the tracker of a training run."""

import logging
import time
from collections.abc import Mapping

import mlflow
from mlflow.entities import Metric

from selectra_pipeline.shards.files import local_copy

logger = logging.getLogger(__name__)

MAX_BATCH = 1000  # metrics in one request, by MLflow's own limit


def log_artifact(path: str, artifact_path: str) -> None:
    """Copy a file or folder, on any storage, to the active MLflow run, if there is one.

    Args:
        path: of the file or folder.
        artifact_path: folder among the artifacts of the run.
    """
    if mlflow.active_run() is not None:
        with local_copy(path) as local:
            mlflow.log_artifact(str(local), artifact_path)


class MlflowTracker:
    """Sends metrics to the active MLflow run.

    Where the server can't be reached, says so once, keeps what was not sent and tries again with
    the next metrics: training goes on, and nothing is lost while the process lives.
    """

    def __init__(self) -> None:
        self._pending: list[Metric] = []
        self._reachable = True

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Log numbers at a step."""
        run = mlflow.active_run()
        if run is None:
            return
        now = int(time.time() * 1000)
        self._pending += [Metric(key, value, now, step) for key, value in values.items()]
        try:
            while self._pending:
                batch = self._pending[:MAX_BATCH]
                mlflow.MlflowClient().log_batch(run.info.run_id, metrics=batch)
                del self._pending[:MAX_BATCH]
        except Exception as error:  # whatever a client raises must not end a training run
            self._warn(error)
            return
        if not self._reachable:
            logger.info("MLflow is back")
        self._reachable = True

    def _warn(self, error: Exception) -> None:
        if self._reachable:
            logger.warning(
                "MLflow can't be reached (%s); training goes on, metrics are kept and sent later",
                error,
            )
        self._reachable = False
