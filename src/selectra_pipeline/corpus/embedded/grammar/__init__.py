"""The tables of the grammar: *.txt files of named lists, in Spanish, without any code.

A line that ends with ":" at the margin names a table; the indented lines below it are its
alternatives, one a line (rules), or its entries, separated by commas (words). "#": a comment.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files


def rule(name: str) -> tuple[str, ...]:
    """The alternatives of a rule, templates in the notation of phrasing.py.

    Raises:
        KeyError: no table has that name.
    """
    return tables()[name]


@cache
def words(name: str) -> tuple[str, ...]:
    """The entries of a list of words.

    Raises:
        KeyError: no table has that name.
    """
    joined = " ".join(tables()[name])
    return tuple(entry.strip() for entry in joined.split(",")) if joined else ()


@lru_cache(maxsize=1)
def tables() -> Mapping[str, tuple[str, ...]]:
    """Every table of every file, by name.

    Raises:
        ValueError: two tables have the same name.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for path in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".txt"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    "):
                found[name].append(line.strip())
            elif not line.startswith("#"):
                name = line.removesuffix(":")
                if name in found:
                    raise ValueError(f"{path.name} repeats the table {name!r}; rename one")
                found[name] = []
    return {name: tuple(lines) for name, lines in found.items()}
