"""Where the time of a pre-training step goes, by kind of operation.

    python benchmarks/step_parts.py [--env selectra_small] [--batch 8] [--length 512]
        [--precision bfloat16]

Sums what TensorFlow's profiler says of each operation. Operations overlap, so the sum is more than
the step takes; shares are what to read. Prints a Markdown table.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import our_step
import tensorflow as tf
from recipe import recipe
from tensorflow.tsl.profiler.protobuf import xplane_pb2

STEPS = 3
KINDS = {
    "products of matrices": ("MatMul",),
    "products of matrices by head (attention)": ("BatchMatMul",),
    "fused groups: GELU, LayerNorm, dropout, softmax over words": ("CpuExecutable",),
    "softmax of attention": ("Softmax",),
    "transposes": ("Transpose",),
    "narrowing and widening": ("Cast",),
    "optimizer and clipping": ("ResourceApplyAdam", "AssignSubVariableOp", "L2Loss"),
    "gathering, scattering, adding up gradients": ("Gather", "Scatter", "SegmentSum", "AddN"),
}
OTHERS = "all others"
# What encloses operations instead of being one.
FRAMES = ("ExecutorState", "EagerLocalExecute", "KernelAndDeviceFunc", "ThunkExecutor")


def kind_of(operation: str) -> str:
    """The kind with the longest name that occurs in the operation's."""
    found = [(len(n), kind) for kind, names in KINDS.items() for n in names if n in operation]
    return max(found)[1] if found else OTHERS


def milliseconds(directory: str) -> Counter[str]:
    """By kind, of one step."""
    space = xplane_pb2.XSpace()
    space.ParseFromString(next(Path(directory).rglob("*.xplane.pb")).read_bytes())
    spent: Counter[str] = Counter()
    for plane in space.planes:
        names = {key: m.name for key, m in plane.event_metadata.items()}
        for event in (e for line in plane.lines for e in line.events):
            name = names[event.metadata_id]
            is_group = name.startswith("CpuExecutable::Execute")
            if is_group or (":" in name and not name.startswith((*FRAMES, "CpuExecutable"))):
                operation = name if is_group else name.rsplit(":", 1)[1]
                spent[kind_of(operation)] += event.duration_ps / 1e9 / STEPS
    return spent


def main() -> None:
    """Profile some steps and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--precision", default="bfloat16")
    arguments = parser.parse_args()
    project = recipe(arguments.env, arguments.batch, arguments.length, arguments.precision)
    take = our_step.create(project)
    for _ in range(2):
        take()
    with tempfile.TemporaryDirectory() as directory:
        tf.profiler.experimental.start(directory)
        start = time.perf_counter()
        for _ in range(STEPS):
            take()
        seconds = (time.perf_counter() - start) / STEPS
        tf.profiler.experimental.stop()
        spent = milliseconds(directory)
    print(f"a step takes {seconds * 1e3:.0f} ms\n\n| operations | ms | share |\n|---|---:|---:|")
    for kind, duration in spent.most_common():
        print(f"| {kind} | {duration:.0f} | {duration / spent.total():.0%} |")


if __name__ == "__main__":
    main()
