"""Contestants: processes that take turns, so that whatever else the machine does meets all."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

TUNED = {
    # glibc gives large blocks back to the system after every use, and gets them back page by page;
    # above these sizes it keeps them. PyTorch is a quarter slower without.
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    # PyTorch's threads wait for each other busily: where something else runs, for most of the time.
    "OMP_WAIT_POLICY": "PASSIVE",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


class Contestant:
    """A process that does something whenever it is told, and says how long it took or what it saw.

    Args:
        command: starts the process, which calls `serve`.
        warm_up: of each thing, how many times do not count.
    """

    def __init__(self, name: str, command: Sequence[str], warm_up: int) -> None:
        self.name, self.warm_up = name, warm_up
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **TUNED},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answers: dict[str, list[dict[str, float]]] = defaultdict(list)

    def go(self, what: str) -> dict[str, float]:
        """Do it once; see `serve` for the answer."""
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with code {self.process.wait()}")
        self.answers[what].append(json.loads(line))
        return self.answers[what][-1]

    def median(self, what: str, field: str) -> float:
        """Of all that was answered after warming up."""
        return statistics.median(answer[field] for answer in self.answers[what][self.warm_up :])

    def close(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def start(name: str, warm_up: int) -> Contestant:
    """A contestant that is this program, told what this process was told (`compare_or_serve`)."""
    return Contestant(name, [sys.executable, *sys.argv, "--serve", name], warm_up)


def compare_or_serve(
    parser: argparse.ArgumentParser,
    contestants: Sequence[str],
    create: Callable[[str, argparse.Namespace], Mapping[str, Callable[[], float]]],
    compare: Callable[[argparse.Namespace], None],
) -> None:
    """Compare contestants, which are this program again, or be one of them.

    Args:
        parser: of all arguments but `--contestants`.
        contestants: by default.
        create: what a contestant does, by its name and the arguments.
    """
    parser.add_argument("--contestants", nargs="+", default=contestants, metavar="NAME/PRECISION")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(lambda: create(arguments.serve, arguments))
    else:
        compare(arguments)


def serve(create: Callable[[], Mapping[str, Callable[[], float]]]) -> None:
    """Answer each line of standard input, which names what to do, with a line of JSON.

    create: called first; gives what there is to do, each returning a "value" to report.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print what they like
    things = create()
    for line in sys.stdin:
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        value = things[line.strip()]()
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
        answer = {
            "seconds": seconds,
            "processor_seconds": _used(after) - _used(before),
            "value": value,
            "gigabytes": after.ru_maxrss * 1024 / 1e9,
        }
        print(json.dumps(answer), file=answers, flush=True)


def _used(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime
