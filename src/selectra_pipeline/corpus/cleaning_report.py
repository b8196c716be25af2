"""What cleaning dropped and changed, for a person who judges the filters."""

from collections.abc import Mapping
from typing import Any

from selectra_pipeline.corpus.cleaning import REASONS


def cleaning_report(facts: Mapping[str, Any]) -> list[str]:
    """Lines of Markdown: tables by reason, then examples of each (`facts` of a manifest)."""
    lines = ["| dropped because | documents | share | characters | share | |"]
    lines.append("|---|---:|---:|---:|---:|---|")
    for reason, count in facts["rejected"].items():
        characters = facts["rejected_characters"][reason]
        lines.append(
            f"| {reason} | {count:,} | {count / facts['documents_read']:.2%} | {characters:,} "
            f"| {characters / facts['characters_read']:.2%} | {REASONS.get(reason, '')} |"
        )
    for reason, count in facts["noted"].items():
        lines.append(f"| {reason} | {count:,} | | | | kept: {REASONS.get(reason, '')} |")
    for reason, count in facts["skipped"].items():
        lines.append(f"| {reason} | {count:,} | | | | not read |")
    edits = facts["edits"]
    if edits["counts"]:
        lines += ["", "| taken out or masked | times | characters |", "|---|---:|---:|"]
        for kind, count in edits["counts"].items():
            lines.append(f"| {kind} | {count:,} | {edits['characters'][kind]:,} |")
    for reason, examples in facts["examples"].items():
        heading = "Noted" if reason in facts["noted"] else "Dropped"
        lines += _quotations(f"{heading}: {reason}", examples)
    for kind, examples in edits["examples"].items():
        lines += _quotations(f"Changed: {kind}", examples)
    return lines


def _quotations(heading: str, examples: list[Mapping[str, str]]) -> list[str]:
    return ["", f"## {heading}", "", *map(_quotation, examples)]


def _quotation(example: Mapping[str, str]) -> str:
    """One item of a list: where, what was measured, and the text in one line."""
    finding = example.get("finding")
    text = example["text"].replace("\n", " / ").replace("`", "'")
    return f"- {example['id']}{f' ({finding})' if finding else ''}: `{text}`"
