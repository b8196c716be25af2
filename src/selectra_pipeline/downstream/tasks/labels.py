"""The classes of a task."""

from collections.abc import Iterable, Mapping

from selectra_pipeline.config.task import SplitName, TaskConfig
from selectra_pipeline.downstream.reading.record import TaskDataError


def check_labels(
    found: Mapping[SplitName, Iterable[str]], known: Iterable[str], config: TaskConfig
) -> None:
    """Raise `TaskDataError` if a split has a label that is none of the task's."""
    known = list(known)
    for split, labels in found.items():
        strange = sorted(set(labels).difference(known))
        if strange:
            have = "labels does not name" if config.labels else "train lacks"
            raise TaskDataError(
                f"the {split} split of {config.name} has labels that {have}: "
                f"{', '.join(map(repr, strange[:5]))}{' ...' if len(strange) > 5 else ''} "
                f"(known: {', '.join(map(repr, known[:20]))}); mend the rows, or name "
                "all classes in the task's labels"
            )


def check_classes(label_names: tuple[str, ...], config: TaskConfig) -> tuple[str, ...]:
    """The classes, of which there must be two.

    Raises:
        TaskDataError: there is nothing to tell apart.
    """
    if len(label_names) < 2:
        raise TaskDataError(
            f"{config.name} has one class in train ({', '.join(label_names)}): there is nothing to "
            f"learn; is {config.columns.label!r} the column of the labels?"
        )
    return label_names
