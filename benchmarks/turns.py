"""Functions that are timed in turn, so that a slow spell of the machine hits all of them."""

import statistics
import time
from collections.abc import Callable, Sequence

WARM_UP = 2  # the first call traces and compiles, the second may still allocate


def median_seconds(functions: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Of each function, after `WARM_UP` rounds that do not count."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(WARM_UP + rounds):
        for of_one, function in zip(taken, functions, strict=True):
            start = time.perf_counter()
            function()
            of_one.append(time.perf_counter() - start)
    return [statistics.median(of_one[WARM_UP:]) for of_one in taken]
