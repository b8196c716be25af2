"""How far a stage is, in the log."""

import logging
import time

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 10.0


class Progress:
    """Counts the tasks of a stage that are complete; logs them now and then, and the last."""

    def __init__(self, stage: str, tasks: int, complete: int) -> None:
        self._stage, self._tasks, self._complete = stage, tasks, complete
        self._reported = time.monotonic()
        if complete:
            logger.info("%s: %d of %d tasks were complete already", stage, complete, tasks)

    def add(self, tasks: int = 1) -> None:
        """Count further complete tasks."""
        self._complete += tasks
        now = time.monotonic()
        if self._complete == self._tasks or now - self._reported >= SECONDS_BETWEEN_REPORTS:
            self._reported = now
            logger.info("%s: %d of %d tasks complete", self._stage, self._complete, self._tasks)
