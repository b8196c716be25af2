"""How far training moves the embeddings of entries with a diacritic, while it runs.

The audit at the end of a run (`selectra_pipeline.vocabulary.accents`) comes too late for a run of
days. The distance alone does not tell whether an entry is ever read: as a word not to predict it
still gets a small gradient, which Adam scales up. But then it moves as all such entries do, so it
counts, too, how much of a group's movement is shared.
"""

import math
from collections.abc import Sequence

import numpy as np

from selectra_pipeline.vocabulary.alphabet import accented_entries

BLOCK = 4096  # entries compared at a time: no second copy of the whole table


class AccentMovement:
    """Movement and drift of word embeddings since the start, with a diacritic and without.

    Movement is the mean L2 norm of an entry's change. Drift is the length of the mean change over
    that: near 0 where every entry goes its own way, near 1 where all go the same, which is what
    entries do that never occur in the text.

    Args:
        vocabulary: entries in id order.
        initial: what training started from, float32 [vocab, embedding_size].
    """

    def __init__(self, vocabulary: Sequence[str], initial: np.ndarray) -> None:
        self._initial = initial
        accented = accented_entries(vocabulary)
        groups = {"accented": accented, "unaccented": ~accented}
        self._groups = {name: np.flatnonzero(of) for name, of in groups.items() if of.any()}

    def __call__(self, table: np.ndarray) -> dict[str, float]:
        """Metrics "accented_movement" and so on; a group without entries has none."""
        metrics = {}
        for name, entries in self._groups.items():
            metrics[f"{name}_movement"], metrics[f"{name}_drift"] = self._compare(table, entries)
        return metrics

    def _compare(self, table: np.ndarray, entries: np.ndarray) -> tuple[float, float]:
        distance, change = 0.0, np.zeros(table.shape[1])  # sums over entries
        for block in np.array_split(entries, math.ceil(len(entries) / BLOCK)):
            changes = table[block] - self._initial[block]  # [block, embedding_size]
            distance += float(np.linalg.norm(changes, axis=1).sum())
            change += changes.sum(axis=0)
        drift = float(np.linalg.norm(change)) / distance if distance else 0.0
        return distance / len(entries), drift
