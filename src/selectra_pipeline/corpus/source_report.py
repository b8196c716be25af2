"""Where the text came from, for reports and for tracking."""

from collections.abc import Iterable
from typing import Any

SourceFacts = Iterable[dict[str, Any]]  # of `describe_files`, as the manifest keeps them


def source_table(sources: SourceFacts) -> list[str]:
    """Lines of a Markdown table: each dataset of the hub with its commit, and all other files."""
    places: dict[str, list[int]] = {}
    for source in sources:
        places.setdefault(_place(source), []).append(source.get("bytes", 0))
    lines = ["| source | files | bytes as stored |", "|---|---:|---:|"]
    return lines + [f"| {place} | {len(b):,} | {sum(b):,} |" for place, b in places.items()]


def source_commits(sources: SourceFacts) -> dict[str, str]:
    """The commit of each dataset of the hub that was read: {"owner/name": "0123abc..."}.

    More than one commit of a dataset, where several were configured, are joined by a comma.
    """
    commits: dict[str, set[str]] = {}
    for place in {_place(source) for source in sources if "address" in source}:
        repository, commit = place.removeprefix("hf://datasets/").split("@")
        commits.setdefault(repository, set()).add(commit)
    return {repository: ",".join(sorted(found)) for repository, found in sorted(commits.items())}


def _place(source: dict[str, Any]) -> str:
    """What a file belongs to: its dataset at its commit, or "files"."""
    if "address" in source:
        repository, _, rest = source["address"].partition("@")
        return f"{repository}@{rest.split('/')[0]}"
    return "embedded corpus" if source["name"] == "embedded" else "files"
