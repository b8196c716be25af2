"""The rows of a task's three splits: what can't be used left out, and counted."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from selectra_pipeline.config.task import SplitName, TaskConfig
from selectra_pipeline.downstream.reading.files import read_records
from selectra_pipeline.downstream.reading.record import Record, TaskDataError


class Splits(NamedTuple):
    """Records by split, and the counts of those left out, by split and reason.

    Reasons: "drop_values", and "repeated" for a row that repeats another with its id.
    """

    records: dict[SplitName, list[Record]]
    dropped: dict[SplitName, dict[str, int]]


def read_splits(config: TaskConfig) -> Splits:
    """Read all files of a task; take validation out of train where it has none.

    Raises:
        TaskDataError: as `read_records`; a split is empty; an id names two different rows; or a
            column is missing.
    """
    records: dict[SplitName, list[Record]] = {}
    dropped: dict[SplitName, dict[str, int]] = {}
    for split in ("train", "validation", "test"):
        if getattr(config, split):
            records[split], dropped[split] = read_split(config, split)
    if "validation" not in records:
        records["train"], records["validation"] = _divided(records["train"], config)
    return Splits(records, dropped)


def read_split(config: TaskConfig, split: SplitName) -> tuple[list[Record], dict[str, int]]:
    """The rows of one split's files, and the counts of those left out, by reason.

    Raises:
        TaskDataError: as `read_splits`.
    """
    paths, counts = getattr(config, split), Counter()
    records = _usable(read_records(paths, config), config, counts)
    if not records:
        raise TaskDataError(
            f"the {split} split of {config.name} is empty: {', '.join(paths)} has no row"
            f"{' left' if counts else ''} (left out: {dict(counts) or 'none'})"
        )
    return records, dict(counts)


def _usable(records: list[Record], config: TaskConfig, counts: Counter[str]) -> list[Record]:
    seen: dict[str, Record] = {}
    usable = []
    for record in records:
        if _is_to_drop(record, config):
            counts["drop_values"] += 1
        elif config.columns.id is not None and _is_repeated(record, seen, config.columns.id):
            counts["repeated"] += 1
        else:
            usable.append(record)
    return usable


def _is_to_drop(record: Record, config: TaskConfig) -> bool:
    names = (config.columns.text, config.columns.second_text, config.columns.label)
    values = (record.values.get(name) for name in names if name)
    return any(
        str(value) in config.drop_values
        for value in values
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    )


def _is_repeated(record: Record, seen: dict[str, Record], column: str) -> bool:
    """Whether a row was there before.

    Raises:
        TaskDataError: a row was there with this id, but it was another.
    """
    number = record.text(column)
    first = seen.setdefault(number, record)
    if first.values != record.values:
        raise TaskDataError(
            f"{record.where}: the id {number!r} is also that of {first.where}, which differs; "
            "remove one of them, or set columns.id=null where ids name no rows"
        )
    return first is not record


def _divided(train: list[Record], config: TaskConfig) -> tuple[list[Record], list[Record]]:
    """Train without the groups of rows that are drawn for validation, and these.

    Drawn by the numbers of the groups alone: the same in all trials.
    """
    keys = _group_keys(train, config.columns.group)
    groups = list(dict.fromkeys(keys))
    wanted = round(config.validation_fraction * len(groups))
    if not 1 <= wanted < len(groups):
        raise TaskDataError(
            f"{config.name}: validation_fraction={config.validation_fraction} of {len(groups)} "
            f"{config.columns.group or 'row'}s in train leaves one of the two splits empty; name a "
            "validation file, or change the fraction"
        )
    order = np.random.default_rng(0).permutation(len(groups))
    drawn = {groups[index] for index in order[:wanted]}
    return (
        [record for record, key in zip(train, keys, strict=True) if key not in drawn],
        [record for record, key in zip(train, keys, strict=True) if key in drawn],
    )


def _group_keys(records: list[Record], column: str | None) -> list[Any]:
    if column is None:
        return list(range(len(records)))
    return [record.text(column) for record in records]
