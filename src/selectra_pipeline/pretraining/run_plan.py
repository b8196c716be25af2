"""What a run directory is home of, and under which other plan its run may go on.

The plan of a run is its number of steps and its learning rates. It may change while every step that
was taken had the learning rate that the new plan gives it: the run is then the one that the new
plan would have made from the start. All else that the weights depend on may not change.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from selectra_pipeline.config.base import ConfigError, UserError, differences
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.pretraining.run_definition import NOT_DEFINING
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.paths import Path
from selectra_pipeline.training.schedule import LearningRateSchedule

RUN_FILE = "run.json"
EARLIER_PLANS = "earlier_plans"  # in RUN_FILE, beside the defining facts
PLAN_SETTINGS = ("total_steps", "schedule")


class ResumeError(UserError, ValueError):
    """The directory holds another run. The message says in what they differ and how to go on."""


class RunPlan(NamedTuple):
    """How many steps, and the learning rate of each."""

    total_steps: int
    schedule: ScheduleConfig

    @classmethod
    def of(cls, defining: Mapping[str, Any]) -> Self:
        """The plan among the facts that define a run."""
        settings = defining["pretraining"]
        schedule = ScheduleConfig.from_params(settings["schedule"], "pretraining.schedule")
        return cls(settings["total_steps"], schedule)

    def learning_rates(self, steps: int) -> np.ndarray:
        """Learning rates of the first `steps` steps, float64 [steps]."""
        return LearningRateSchedule(self.schedule, self.total_steps).planned(np.arange(steps))

    def continues(self, earlier: Self, steps_done: int) -> bool:
        """Whether `steps_done` steps of the `earlier` plan are the first ones of this plan."""
        if steps_done > self.total_steps:
            return False
        ours, theirs = self.learning_rates(steps_done), earlier.learning_rates(steps_done)
        return np.array_equal(ours, theirs)


def claim_directory(directory: Path, defining: Mapping[str, Any], steps_done: int) -> None:
    """Mark `directory` as the home of the run that `defining` describes, or check that it is.

    A run whose plan alone changed, so that its steps up to now stay what they were, goes on: its
    file then has the new plan, and the old one in a list.

    Args:
        defining: all that the final weights depend on, as JSON values.
        steps_done: the step of the newest checkpoint in `directory`; 0 without one.

    Raises:
        ResumeError: it is the home of another run. Its checkpoints are left alone.
    """
    path = directory / RUN_FILE
    wanted = json.loads(json.dumps(defining))  # as JSON gives it back: tuples become lists
    if not path.exists():
        _write(path, wanted, [])
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    found["pretraining"] = {  # an earlier version may have counted a setting that is not any more
        key: value for key, value in found["pretraining"].items() if key not in NOT_DEFINING
    }
    earlier_plans = found.pop(EARLIER_PLANS, [])
    if found == wanted:
        return
    changes = "\n  ".join(differences(found, wanted))
    if _without_plan(found) != _without_plan(wanted):
        raise ResumeError(
            f"{directory} holds a run with another configuration:\n  {changes}\n"
            "Give the new run a name of its own (--params run=NAME), restore the old "
            f"configuration to go on with the old run, or delete {directory} to start over"
        )
    old, new = RunPlan.of(found), RunPlan.of(wanted)
    if not new.continues(old, steps_done):
        raise ResumeError(
            f"{directory} holds a run of which {steps_done:,} steps were taken under another "
            f"plan:\n  {changes}\n{_difference(old, new, steps_done)}\n"
            f"{_advice(old, new, steps_done)}Or give the new run a name of its own "
            "(--params run=NAME), or restore the old plan to go on with it"
        )
    _write(path, wanted, [*earlier_plans, _taken(found, steps_done)])


def _write(path: Path, defining: Mapping[str, Any], earlier_plans: list[dict]) -> None:
    content = {**defining, EARLIER_PLANS: earlier_plans}
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _without_plan(defining: Mapping[str, Any]) -> dict[str, Any]:
    settings = defining["pretraining"]
    others = {key: value for key, value in settings.items() if key not in PLAN_SETTINGS}
    return {**defining, "pretraining": others}


def _taken(defining: Mapping[str, Any], steps_done: int) -> dict[str, Any]:
    """The entry of a plan that was left after `steps_done` steps."""
    plan = {key: defining["pretraining"][key] for key in PLAN_SETTINGS}
    return {"until_step": steps_done, **plan}


def _difference(old: RunPlan, new: RunPlan, steps_done: int) -> str:
    if steps_done > new.total_steps:
        return f"The new plan ends at step {new.total_steps}, which is behind the run."
    taken, planned = old.learning_rates(steps_done), new.learning_rates(steps_done)
    step = int(np.argmax(taken != planned))
    return (
        f"The first step that would have had another learning rate is {step}: "
        f"{taken[step]:.6g} was taken, {planned[step]:.6g} is planned."
    )


def _advice(old: RunPlan, new: RunPlan, steps_done: int) -> str:
    """Which settings would carry the run on to the wanted number of steps; "" if none would."""
    later = (step for step in new.schedule.restarts if step > old.total_steps)
    restarts = (*old.schedule.restarts, old.total_steps, *later)
    schedule = dataclasses.replace(old.schedule, restarts=restarts)
    try:
        schedule.check_cycles(new.total_steps)
    except ConfigError:
        return ""
    if not RunPlan(new.total_steps, schedule).continues(old, steps_done):
        return ""
    asked = new.schedule.to_dict()
    settings = ", ".join(
        f"pretraining.schedule.{name}={json.dumps(value)}"
        for name, value in schedule.to_dict().items()
        if value != asked[name]
    )
    return (
        f"To go on from step {steps_done}, with a new cycle of the learning rate at step "
        f"{old.total_steps}, set {settings}. "
    )
