"""One optimisation step of pre-training: this project's against PyTorch's with transformers.

    make install-transformers    # PyTorch and transformers, which only the rivals need
    python benchmarks/pretraining_step.py [--env selectra_small] [--batch 8] [--length 512]
        [--contestants ours/bfloat16 pytorch/bfloat16 ...] [--rounds 10]

Every contestant is a process of its own. They take turns, a step each a round, so that whatever
else the machine does meets all of them; so does the speed of plain matrix products, which is the
ceiling that MFU is a share of. Prints a Markdown table of medians.

Contestants are named implementation/precision. Implementations: ours; pytorch (eager, with
scaled_dot_product_attention), pytorch-eager-attention, pytorch-compiled.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Self

PYTORCH = {
    "pytorch": ("sdpa", False),
    "pytorch-eager-attention": ("eager", False),
    "pytorch-compiled": ("sdpa", True),
}
CEILING = "ceiling"
DEFAULT = ("ours/bfloat16", "ours/float32", "pytorch/bfloat16", "pytorch/float32")
WARM_UP = 2  # steps that do not count
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
    """A process that does one thing whenever it is told, and says how long it took or what it saw.

    Args:
        name: implementation/precision.
    """

    def __init__(self, name: str, arguments: argparse.Namespace) -> None:
        self.name = name
        command = [sys.executable, __file__, "--serve", name, "--env", arguments.env]
        command += ["--batch", str(arguments.batch), "--length", str(arguments.length)]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **TUNED},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answers: list[dict[str, float]] = []

    def go(self) -> Self:
        """Do it once."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with code {self.process.wait()}")
        self.answers.append(json.loads(line))
        return self

    def median(self, field: str) -> float:
        """Of all that was answered after warming up."""
        return statistics.median(answer[field] for answer in self.answers[WARM_UP:])

    def close(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def serve(name: str, arguments: argparse.Namespace) -> None:
    """Answer each line of standard input with a line of JSON."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print what they like
    take, flops = _create(name, arguments)
    for _ in sys.stdin:
        before = resource.getrusage(resource.RUSAGE_SELF)
        seconds, value = _timed(take)
        after = resource.getrusage(resource.RUSAGE_SELF)
        answer = {
            "seconds": seconds,
            "processor_seconds": _used(after) - _used(before),
            "value": value,
            "gigabytes": after.ru_maxrss * 1024 / 1e9,
            "gigaflops": flops / 1e9,
        }
        print(json.dumps(answer), file=answers, flush=True)


def _used(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _create(name: str, arguments: argparse.Namespace) -> tuple[Callable[[], float], float]:
    """What the contestant does, and its model FLOPs (0 where they are not known)."""
    from recipe import recipe

    implementation, precision = name.split("/")
    project = recipe(arguments.env, arguments.batch, arguments.length, precision)
    if implementation in PYTORCH:
        import pytorch_step

        return pytorch_step.create(project, *PYTORCH[implementation]), 0.0
    import our_step

    if implementation == CEILING:
        return our_step.create_ceiling(project), our_step.example_flops(project) * arguments.batch
    return our_step.create(project), 0.0


def _timed(take: Callable[[], float]) -> tuple[float, float]:
    start = time.perf_counter()
    value = take()
    return time.perf_counter() - start, value


def compare(arguments: argparse.Namespace) -> None:
    """Let the contestants take turns and print the table."""
    precisions = dict.fromkeys(name.split("/")[1] for name in arguments.contestants)
    ceilings = {p: Contestant(f"{CEILING}/{p}", arguments) for p in precisions}
    contestants = [Contestant(name, arguments) for name in arguments.contestants]
    everyone = [*contestants, *ceilings.values()]
    for _ in range(WARM_UP + arguments.rounds):
        for contestant in everyone:
            contestant.go()
    tokens = arguments.batch * arguments.length
    rivals = [c for c in contestants if not c.name.startswith("ours/")] or contestants
    best = min(rivals, key=lambda c: c.median("seconds"))
    print(f"{arguments.env}, {arguments.batch} x {arguments.length}, medians of {arguments.rounds}")
    for precision, ceiling in ceilings.items():
        print(f"matrix products in {precision}: {ceiling.median('value') / 1e9:.0f} GFLOP/s")
    print(f"\n| step | ms | tokens/s | x {best.name} | MFU | processor-s | peak GB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for c in contestants:
        ceiling = ceilings[c.name.split("/")[1]]
        seconds = c.median("seconds")
        mfu = ceiling.median("gigaflops") * 1e9 / seconds / ceiling.median("value")
        print(
            f"| {c.name} | {seconds * 1e3:.0f} | {tokens / seconds:.0f} "
            f"| {best.median('seconds') / seconds:.2f} | {mfu:.0%} "
            f"| {c.median('processor_seconds'):.2f} | {c.median('gigabytes'):.2f} |"
        )
    for contestant in everyone:
        contestant.close()


def main() -> None:
    """Compare, or be one of the contestants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--contestants", nargs="+", default=DEFAULT, metavar="NAME/PRECISION")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments)
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
