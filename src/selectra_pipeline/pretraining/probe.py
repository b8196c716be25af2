"""What the weights of a run are good for: an interface that downstream tasks implement."""

from collections.abc import Callable, Mapping
from typing import Protocol

from selectra_pipeline.model.electra import Electra


class Probe(Protocol):
    """Tries the weights of the moment on a task."""

    def __call__(
        self, model: Electra, asked_to_stop: Callable[[], bool]
    ) -> Mapping[str, float] | None:
        """Metrics of the task; the model is left as it is.

        May take minutes, and gives up, with None, soon after `asked_to_stop` says so.
        """
