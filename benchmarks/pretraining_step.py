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
from collections.abc import Callable, Mapping

from contest import compare_or_serve, start

PYTORCH = {
    "pytorch": ("sdpa", False),
    "pytorch-eager-attention": ("eager", False),
    "pytorch-compiled": ("sdpa", True),
}
CEILING = "ceiling"
DEFAULT = ("ours/bfloat16", "ours/float32", "pytorch/bfloat16", "pytorch/float32")
STEP, MODEL_FLOPS = "step", "model_flops"  # what contestants and ceilings do; what ceilings know
WARM_UP = 2  # steps that do not count


def create(name: str, arguments: argparse.Namespace) -> Mapping[str, Callable[[], float]]:
    """What the contestant does, by name."""
    from recipe import recipe

    implementation, precision = name.split("/")
    project = recipe(arguments.env, arguments.batch, arguments.length, precision)
    if implementation in PYTORCH:
        import pytorch_step

        return {STEP: pytorch_step.create(project, *PYTORCH[implementation])}
    import our_step

    if implementation == CEILING:
        flops = our_step.example_flops(project) * arguments.batch
        return {STEP: our_step.create_ceiling(project), MODEL_FLOPS: lambda: flops}
    return {STEP: our_step.create(project)}


def compare(arguments: argparse.Namespace) -> None:
    """Let the contestants take turns and print the table."""
    precisions = dict.fromkeys(name.split("/")[1] for name in arguments.contestants)
    ceilings = {p: start(f"{CEILING}/{p}", WARM_UP) for p in precisions}
    contestants = [start(name, WARM_UP) for name in arguments.contestants]
    everyone = [*contestants, *ceilings.values()]
    for _ in range(WARM_UP + arguments.rounds):
        for contestant in everyone:
            contestant.go(STEP)
    tokens = arguments.batch * arguments.length
    rivals = [c for c in contestants if not c.name.startswith("ours/")] or contestants
    best = min(rivals, key=lambda c: c.median(STEP, "seconds"))
    print(f"{arguments.env}, {arguments.batch} x {arguments.length}, medians of {arguments.rounds}")
    for precision, ceiling in ceilings.items():
        print(f"matrix products in {precision}: {ceiling.median(STEP, 'value') / 1e9:.0f} GFLOP/s")
    print(f"\n| step | ms | tokens/s | x {best.name} | MFU | processor-s | peak GB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for c in contestants:
        ceiling = ceilings[c.name.split("/")[1]]
        seconds = c.median(STEP, "seconds")
        mfu = ceiling.go(MODEL_FLOPS)["value"] / seconds / ceiling.median(STEP, "value")
        print(
            f"| {c.name} | {seconds * 1e3:.0f} | {tokens / seconds:.0f} "
            f"| {best.median(STEP, 'seconds') / seconds:.2f} | {mfu:.0%} "
            f"| {c.median(STEP, 'processor_seconds'):.2f} | {c.median(STEP, 'gigabytes'):.2f} |"
        )
    for contestant in everyone:
        contestant.close()


def main() -> None:
    """Compare, or be one of the contestants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=10)
    compare_or_serve(parser, DEFAULT, create, compare)


if __name__ == "__main__":
    main()
