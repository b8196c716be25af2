"""What is fine-tuned, known when the pipelines are made: each task has a node of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.evaluation import EvaluationConfig


@dataclass(frozen=True)
class Selection:
    """The tasks that are selected, by name, and whether the run's own export is fine-tuned."""

    tasks: tuple[str, ...] = ()
    own_export: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """The selection of a project's parameters; none where they are wrong.

        `CheckConfiguration` then says what is wrong, before a node runs.
        """
        try:
            config = EvaluationConfig.from_params(params.get("evaluation"), "evaluation")
        except ConfigError:
            return cls()
        return cls(config.selected, config.checkpoint is None)


current = Selection()


def select(selection: Selection) -> None:
    """Set the selection that the pipelines are made for."""
    global current
    current = selection
