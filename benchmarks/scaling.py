"""Speed and memory of a pre-training step against batch, length, layers and vocabulary.

    python benchmarks/scaling.py --results scaling.json [--sweeps batch length layers vocabulary]
        [--plot scaling.png] [--precision bfloat16] [--steps 5]

Every point is a process of its own: SELECTRA small at 8 x 512 with one size changed (lengths keep
4,096 tokens). Points are added to the file of results, so sweeps may be run one by one; the plot
shows all that it holds. Each step is followed by plain matrix products: MFU is the share of their
speed at that time, so that points compare although the machine may be slower at one than at
another. Beside it stands what the model of cost says: the model's FLOPs at the median speed of the
products over all points; the tokens per second shown are that times MFU. Memory is what the process
takes beyond TensorFlow itself, weights and moments included. Prints a Markdown table.
"""

import argparse
import dataclasses
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from matplotlib.figure import Figure

TOKENS = 4096  # of every batch of the sweep over lengths
WARM_UP = 2  # steps that do not count
SWEEPS = {
    "batch": (1, 2, 4, 8, 16),
    "length": (64, 128, 256, 512),
    "layers": (3, 6, 12, 24),
    "vocabulary": (8_000, 16_000, 32_000, 50_000, 100_000),
}


def measure(sweep: str, value: int, precision: str, steps: int) -> dict[str, float]:
    """One point, in this process."""
    import our_step
    import tensorflow as tf
    from recipe import recipe

    batch = {"batch": value, "length": TOKENS // value}.get(sweep, 8)
    project = recipe("selectra_small", batch, value if sweep == "length" else 512, precision)
    if sweep == "layers":
        pretraining = project.pretraining
        architecture = dataclasses.replace(pretraining.architecture, num_layers=value)
        pretraining = dataclasses.replace(pretraining, architecture=architecture)
        project = dataclasses.replace(project, pretraining=pretraining)
    if sweep == "vocabulary":
        vocabulary = dataclasses.replace(project.vocabulary, size=value)
        project = dataclasses.replace(project, vocabulary=vocabulary)
    tf.zeros([1])  # starts TensorFlow
    before = peak_bytes()
    take = our_step.create(project)
    for _ in range(WARM_UP):
        take()
    after = peak_bytes()
    ceiling, flops = our_step.create_ceiling(project), our_step.example_flops(project) * batch
    ceiling()
    shares, ceilings = [], []
    for _ in range(steps):
        seconds = timed(take)
        ceilings.append(ceiling())
        shares.append(flops / seconds / ceilings[-1])
    return {
        "mfu": statistics.median(shares),
        "tokens": batch * project.records.sequence_length,
        "flops": flops,
        "ceiling": statistics.median(ceilings),
        "bytes": after - before,
    }


def peak_bytes() -> int:
    """Resident memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed(function) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def ceiling(results: dict[str, dict[str, dict[str, float]]]) -> float:
    """FLOPs a second of plain matrix products, the median of all points."""
    return statistics.median(p["ceiling"] for points in results.values() for p in points.values())


def rows(results: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """The table."""
    peak = ceiling(results)
    lines = ["| changed | to | tokens/s | by the model of cost | MFU | GB |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for sweep, points in results.items():
        for value, p in points.items():
            bound = p["tokens"] * peak / p["flops"]
            lines.append(
                f"| {sweep} | {int(value):,} | {p['mfu'] * bound:,.0f} | {bound:,.0f} "
                f"| {p['mfu']:.0%} | {p['bytes'] / 1e9:.2f} |"
            )
    return lines


def plot(results: dict[str, dict[str, dict[str, float]]], path: str) -> None:
    """Speed above, memory below, a column for each sweep."""
    figure = Figure(figsize=(3.2 * len(results), 5.5), layout="constrained")
    panels = figure.subplots(2, len(results), squeeze=False)
    for column, (sweep, points) in enumerate(results.items()):
        values = [int(value) for value in points]
        bounds = [p["tokens"] * ceiling(results) / p["flops"] for p in points.values()]
        speeds = [p["mfu"] * bound for p, bound in zip(points.values(), bounds, strict=True)]
        speed, memory = panels[0][column], panels[1][column]
        speed.plot(values, bounds, "--", color="#b0b0b0", label="model of cost")
        speed.plot(values, speeds, ".-", color="#1f4e8c", label="measured")
        memory.plot(values, [p["bytes"] / 1e9 for p in points.values()], ".-", color="#c4622d")
        for axes in (speed, memory):
            axes.set_xscale("log", base=2)
            axes.set_xticks(values, [f"{value:,}" for value in values], fontsize=8)
            axes.minorticks_off()
            axes.set_ylim(bottom=0)
            axes.set_xlabel(sweep)
    panels[0][0].set_ylabel("tokens/s")
    panels[0][0].legend()
    panels[1][0].set_ylabel("memory of a step (GB)")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure the points of the sweeps, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--sweeps", nargs="*", choices=SWEEPS, default=list(SWEEPS))
    parser.add_argument("--plot")
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--point", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.point:
        sweep, value = arguments.point
        print(json.dumps(measure(sweep, int(value), arguments.precision, arguments.steps)))
        return
    if arguments.results is None:
        parser.error("--results is missing: where the measured points go")
    results = json.loads(arguments.results.read_text()) if arguments.results.exists() else {}
    command = [sys.executable, __file__, "--precision", arguments.precision]
    for sweep in arguments.sweeps:
        results[sweep] = {}
        for value in SWEEPS[sweep]:
            point = ["--steps", str(arguments.steps), "--point", sweep, str(value)]
            done = subprocess.run(command + point, stdout=subprocess.PIPE, check=True, text=True)
            results[sweep][str(value)] = json.loads(done.stdout.splitlines()[-1])
        arguments.results.write_text(json.dumps(results, indent=1))
    print("\n".join(rows(results)))
    if arguments.plot:
        plot(results, arguments.plot)


if __name__ == "__main__":
    main()
