"""The accent proof: entries with an accent occur in the records, and training moved them.

The first SELECTRA models had their accents stripped between vocabulary and training data, so the
embeddings of all entries with an accent were never trained. One tokenizer for every stage makes
that unlikely; the check and the audit here make it impossible to miss.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from selectra_pipeline.config.base import UserError
from selectra_pipeline.vocabulary.alphabet import accented_entries
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class AccentError(UserError, ValueError):
    """The vocabulary has entries with an accent and the training records have none of them."""


def check_accents(tokenizer: Tokenizer, token_counts: np.ndarray) -> None:
    """Check that entries with an accent occur in the training records, if there are such entries.

    `token_counts`, int [vocabulary size], is how often each entry occurs in the records.

    Raises:
        AccentError: none of them occurs.
    """
    accented = accented_entries(tokenizer.vocabulary)
    if accented.any() and not token_counts[accented].any():
        example = tokenizer.vocabulary[int(np.flatnonzero(accented)[0])]
        raise AccentError(
            f"{int(accented.sum())} entries of the vocabulary carry an accent ({example!r}, ...) "
            "but none of them occurs in the training records: the text was stripped of its accents "
            "between the vocabulary and the records. Make both from the same documents: run "
            "ingestion, vocabulary and records again, and let nothing but the tokenizer change text"
        )


class EntryGroup(NamedTuple):
    """One row of the audit: entries of one kind.

    Attributes:
        entries: how many exist.
        occurring: how many occur in the training records.
        median_occurrences: of those that occur, in the records.
        median_movement: how far training moved the embeddings of those that occur: the length of
            the change over the length of the initial embedding.
    """

    entries: int
    occurring: int
    median_occurrences: float
    median_movement: float


def audit_accents(
    vocabulary: Sequence[str], token_counts: np.ndarray, initial: np.ndarray, final: np.ndarray
) -> dict[str, EntryGroup]:
    """Compare entries with and without a diacritic (ñ included).

    Args:
        token_counts: int [vocab], occurrences in the training records.
        initial, final: word embeddings before and after training, [vocab, embedding_size].
    """
    movement = np.linalg.norm(final - initial, axis=1) / np.linalg.norm(initial, axis=1)
    accented = accented_entries(vocabulary)
    return {
        "with a diacritic": _describe(accented, token_counts, movement),
        "without": _describe(~accented, token_counts, movement),
    }


def _describe(selected: np.ndarray, counts: np.ndarray, movement: np.ndarray) -> EntryGroup:
    occurring = selected & (counts > 0)
    return EntryGroup(
        entries=int(selected.sum()),
        occurring=int(occurring.sum()),
        median_occurrences=float(np.median(counts[occurring])) if occurring.any() else 0.0,
        median_movement=float(np.median(movement[occurring])) if occurring.any() else 0.0,
    )


def accent_markdown(groups: dict[str, EntryGroup]) -> str:
    """The audit as a Markdown table."""
    lines = [
        "# Accent audit",
        "",
        "Movement: length of an embedding's change in training over its initial length, of the "
        "entries that occur.",
        "",
        "| entries | in the vocabulary | occur in the records | median occurrences "
        "| median movement |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {group.entries:,} | {group.occurring:,} | {group.median_occurrences:,.0f} "
        f"| {group.median_movement:.2f} |"
        for name, group in groups.items()
    ]
    return "\n".join(lines) + "\n"
