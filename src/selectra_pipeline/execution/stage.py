"""A stage of the corpus engine: the same steps, run once for each of a number of tasks."""

from dataclasses import dataclass

from datatrove.pipeline.base import PipelineStep


@dataclass(frozen=True)
class Stage:
    """Steps that are run once for each task; all tasks must end before the next stage begins.

    Attributes:
        name: of the stage, and of the folder of its markers of completion.
        steps: datatrove's; each gets what the one before it yields.
        tasks: how often the steps are run, each time with another rank, from 0.
    """

    name: str
    steps: tuple[PipelineStep, ...]
    tasks: int
