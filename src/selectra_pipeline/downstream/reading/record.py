"""A row as it stands in a file."""

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

from selectra_pipeline.config.base import UserError


class TaskDataError(UserError, ValueError):
    """Labelled data that can't be used. The message says where, and how to mend it."""


class Record(NamedTuple):
    """Values by column, and for messages where they are from ("dev.tsv, line 7")."""

    where: str
    values: dict[str, Any]

    def value(self, column: str) -> Any:
        """The value of a column.

        Raises:
            TaskDataError: there is no such column.
        """
        try:
            return self.values[column]
        except KeyError:
            raise TaskDataError(f"{self.where}: {_missing(column, self.values)}") from None

    def text(self, column: str) -> str:
        """The value of a column that must be a text (or a number, as it is written)."""
        value = self.value(column)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise TaskDataError(
            f"{self.where}: {column} is {value!r}, not a text; mend the row or name another column"
        )


def _missing(column: str, known: Iterable[str]) -> str:
    names = sorted(known)
    nearest = difflib.get_close_matches(column, names, n=1)
    guess = f"did you mean {nearest[0]!r}? " if nearest else ""
    there = f"there are: {', '.join(names)}"
    return f"no column {column!r}; {guess}{there}; name one of these in the parameters"
