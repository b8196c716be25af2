"""Fine-tuning and prediction: this project's against transformers' Trainer, on the same sentences.

    make install-transformers    # PyTorch, transformers and accelerate, which only the rivals need
    python benchmarks/finetuning.py /conll2002/esp.train data/03_primary/selectra_small/vocabulary
        [--env selectra_small] [--contestants ours/bfloat16 trainer-sorted/bfloat16 ...]
        [--every 24] [--rounds 3]

The model is the environment's discriminator with random weights and a head for entity tags, the
batch size 32. Every contestant is a process of its own; they take turns, a pass over the sentences
each a round, and so does the speed of plain matrix products, the ceiling that MFU is a share of.
MFU counts the model's arithmetic on the sentences alone: padding lowers it. Prints a Markdown table
of medians for training and for prediction. "Start" is what the first pass took longer than the
others: tracing and compiling.

Contestants are named implementation/precision. Implementations: ours; trainer (random batches, its
default), trainer-grouped (its own batches of similar length), trainer-sorted (sentences sorted by
length: the least padding in rows of their own, and the same batches in every epoch). All three pad
to the longest sentence of a batch. Of a whole file, trainer-grouped sorts 1600 sentences at a time
and comes near trainer-sorted; of the few hundred here, 64 at a time. They take transformers' plain
attention or, with -sdpa behind the name, PyTorch's own.
"""

import argparse
from collections.abc import Callable, Mapping

from contest import Contestant, compare_or_serve, start

ORDERS = {
    "trainer": "random",
    "trainer-grouped": "group_by_length",
    "trainer-sorted": "sequential",
}
PYTORCH_ATTENTION = "-sdpa"
DEFAULT = (
    "ours/bfloat16",
    "trainer-sorted/bfloat16",
    "trainer/bfloat16",
    "ours/float32",
    "trainer-sorted/float32",
    "trainer/float32",
)
TASKS = ("training", "prediction")
CEILING = "ceiling"
WARM_UP = 1  # passes that do not count


def create(name: str, arguments: argparse.Namespace) -> Mapping[str, Callable[[], float]]:
    """A pass of training and one of prediction, by task. Each gives the examples seen.

    The ceiling's give the model's FLOPs of a pass; what it is called measures it.
    """
    from recipe import load_recipe
    from sentences import read_sentences

    implementation, precision = name.split("/")
    encoder = load_recipe(arguments.env).pretraining.architecture
    data = read_sentences(arguments.conll, arguments.vocabulary, arguments.every)
    order = ORDERS.get(implementation.removesuffix(PYTORCH_ATTENTION))
    if order is not None:
        import transformers_finetuning

        attention = "sdpa" if implementation.endswith(PYTORCH_ATTENTION) else "eager"
        return transformers_finetuning.create(data, encoder, precision, order, attention)
    import our_finetuning

    if implementation == CEILING:
        return {
            CEILING: our_finetuning.create_ceiling(precision),
            **our_finetuning.model_flops(data, encoder),
        }
    return our_finetuning.create(data, encoder, precision)


def compare(arguments: argparse.Namespace) -> None:
    """Let the contestants take turns and print the tables."""
    precisions = dict.fromkeys(name.split("/")[1] for name in arguments.contestants)
    ceilings = {p: start(f"{CEILING}/{p}", WARM_UP) for p in precisions}
    contestants = [start(name, WARM_UP) for name in arguments.contestants]
    for _ in range(WARM_UP + arguments.rounds):
        for task in TASKS:
            for contestant in contestants:
                contestant.go(task)
            for ceiling in ceilings.values():
                ceiling.go(CEILING)
    print(f"{arguments.env}, medians of {arguments.rounds} rounds")
    for precision, ceiling in ceilings.items():
        speed = ceiling.median(CEILING, "value") / 1e9
        print(f"matrix products in {precision}: {speed:.0f} GFLOP/s")
    for task in TASKS:
        print_table(task, contestants, ceilings)
    for contestant in (*contestants, *ceilings.values()):
        contestant.close()


def print_table(
    task: str, contestants: list[Contestant], ceilings: Mapping[str, Contestant]
) -> None:
    """The medians of a task. Ceilings: by precision."""
    rivals = [c for c in contestants if not c.name.startswith("ours/")] or contestants
    best = min(rivals, key=lambda c: c.median(task, "seconds"))
    fastest = best.median(task, "seconds")
    print(f"\n| {task} | examples/s | x {best.name} | MFU | processor-s | start, s | peak GB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for c in contestants:
        ceiling, seconds = ceilings[c.name.split("/")[1]], c.median(task, "seconds")
        mfu = ceiling.go(task)["value"] / seconds / ceiling.median(CEILING, "value")
        print(
            f"| {c.name} | {c.median(task, 'value') / seconds:.1f} | {fastest / seconds:.2f} "
            f"| {mfu:.0%} | {c.median(task, 'processor_seconds'):.1f} "
            f"| {c.answers[task][0]['seconds'] - seconds:.0f} "
            f"| {c.median(task, 'gigabytes'):.2f} |"
        )


def main() -> None:
    """Compare, or be one of the contestants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("conll", help="a CoNLL file with entity tags")
    parser.add_argument("vocabulary", help="what the vocabulary stage wrote")
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--every", type=int, default=24, help="use one in so many batches")
    parser.add_argument("--rounds", type=int, default=3)
    compare_or_serve(parser, DEFAULT, create, compare)


if __name__ == "__main__":
    main()
