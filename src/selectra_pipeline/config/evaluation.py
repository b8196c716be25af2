"""Configuration of the evaluation: the tasks that a checkpoint is fine-tuned on, and how often."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.config.task import TaskConfig

SEPARATOR = ";"  # of the names of tasks on the command line


@dataclass(frozen=True)
class EvaluationConfig(Config):
    """Tasks, and what they share.

    Attributes:
        tasks: all that are known, by name.
        selected: names of those that are run.
        trials: how often a checkpoint is fine-tuned on each, from as many seeds.
        checkpoint: what is fine-tuned: a folder of Hugging Face's, one of our exports, or a
            checkpoint of google-research/electra; None is the export of the run itself.
        checkpoint_name: in tables; None takes the name of its folder.
        random_weights: whether the checkpoint's architecture and vocabulary alone are taken: what
            fine-tuning is worth without pre-training.
        compare_with: folders of other runs' trials ("data/06_models/OTHER/finetuned"), which the
            tables show beside this run's, with the significance of the differences.
        finetuning: of every task, but for what the task itself says.
    """

    selected: tuple[str, ...] = ()
    trials: int = 5
    checkpoint: str | None = None
    checkpoint_name: str | None = None
    random_weights: bool = False
    compare_with: tuple[str, ...] = ()
    tasks: Mapping[str, TaskConfig] = field(default_factory=dict)
    finetuning: FinetuningConfig = field(default_factory=FinetuningConfig)

    def __post_init__(self) -> None:
        names = tuple(name.strip() for given in self.selected for name in given.split(SEPARATOR))
        object.__setattr__(self, "selected", tuple(dict.fromkeys(filter(None, names))))
        require(self.trials >= 1, f"trials={self.trials} must be at least 1")
        for name in self.selected:
            require(
                name in self.tasks,
                f"selected: there is no task {name!r}; there are: {', '.join(self.tasks)}",
            )
            require(
                re.fullmatch(r"[\w-]+", name) is not None,
                f"selected: a task named {name!r} can be no part of a pipeline; name it with "
                "letters, digits, - and _ alone",
            )

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
