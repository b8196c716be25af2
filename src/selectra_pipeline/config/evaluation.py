"""Configuration of the evaluation: the tasks that a checkpoint is fine-tuned on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from selectra_pipeline.config.base import Config
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.config.task import TaskConfig


@dataclass(frozen=True)
class EvaluationConfig(Config):
    """Tasks, and what they share.

    Attributes:
        tasks: by name.
        finetuning: of every task, but for what the task itself says.
    """

    tasks: Mapping[str, TaskConfig] = field(default_factory=dict)
    finetuning: FinetuningConfig = field(default_factory=FinetuningConfig)

    @classmethod
    def from_params(cls, params: Mapping[str, Any] | None, where: str = "") -> Self:
        """Build the configuration; each task gets its name and what all tasks share."""
        tasks, shared = (_mapping(params, key) for key in ("tasks", "finetuning"))
        complete = {
            name: {**task, "name": name, "finetuning": {**shared, **_mapping(task, "finetuning")}}
            for name, task in tasks.items()
            if isinstance(task, Mapping)
        }
        if complete:
            params = {**params, "tasks": {**tasks, **complete}}
        return super().from_params(params, where)


def _mapping(params: Any, key: str) -> Mapping[str, Any]:
    """A part of the parameters; empty if it is none, which the check of all types then tells."""
    part = params.get(key) if isinstance(params, Mapping) else None
    return part if isinstance(part, Mapping) else {}
