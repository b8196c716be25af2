"""Fine-tuning and prediction: this project's against transformers' Trainer, on the same sentences.

    make install-transformers    # PyTorch, transformers and accelerate, which only the rivals need
    python benchmarks/finetuning.py /conll2002/esp.train data/03_primary/base/vocabulary
        [--env selectra_small] [--contestants ours/bfloat16 trainer-sorted/bfloat16 ...]
        [--every 24] [--rounds 3]

The model is the environment's discriminator with random weights. Every contestant is a process of
its own; they take turns, a pass over the sentences each a round. Prints a Markdown table of
medians. "Start" is what the first pass took longer than the others: tracing and compiling.

Contestants are named implementation/precision. Implementations: ours; trainer (random batches, its
default), trainer-grouped (its batches of similar length), trainer-sorted (sentences sorted by
length: no batches are more alike). All three pad to the longest of a batch. On a whole file
"grouped" sorts 1600 sentences at a time and comes near "sorted"; of a few hundred it sorts 64 at a
time. They take transformers' plain attention or, with -sdpa behind the name, PyTorch's own.
"""

import argparse
import sys
from collections.abc import Callable, Mapping

from contest import Contestant, serve

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


def create(name: str, arguments: argparse.Namespace) -> Mapping[str, Callable[[], float]]:
    """A pass of training and one of prediction, by task. Each gives the examples seen."""
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

    return our_finetuning.create(data, encoder, precision)


def compare(arguments: argparse.Namespace) -> None:
    """Let the contestants take turns and print the table."""
    command = [sys.executable, *sys.argv, "--serve"]
    contestants = [Contestant(name, [*command, name], 1) for name in arguments.contestants]
    for _ in range(1 + arguments.rounds):
        for task in TASKS:
            for contestant in contestants:
                contestant.go(task)
    print(f"{arguments.env}, medians of {arguments.rounds} rounds")
    for task in TASKS:
        rivals = [c for c in contestants if not c.name.startswith("ours/")] or contestants
        best = min(rivals, key=lambda c: c.median(task, "seconds"))
        fastest = best.median(task, "seconds")
        print(f"\n| {task} | examples/s | x {best.name} | processor-s | start, s | peak GB |")
        print("|---|---:|---:|---:|---:|---:|")
        for c in contestants:
            seconds = c.median(task, "seconds")
            print(
                f"| {c.name} | {c.median(task, 'value') / seconds:.1f} | {fastest / seconds:.2f} "
                f"| {c.median(task, 'processor_seconds'):.1f} "
                f"| {c.answers[task][0]['seconds'] - seconds:.0f} "
                f"| {c.median(task, 'gigabytes'):.2f} |"
            )
    for contestant in contestants:
        contestant.close()


def main() -> None:
    """Compare, or be one of the contestants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("conll", help="a CoNLL file with entity tags")
    parser.add_argument("vocabulary", help="what the vocabulary stage wrote")
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--contestants", nargs="+", default=DEFAULT, metavar="NAME/PRECISION")
    parser.add_argument("--every", type=int, default=24, help="use every so manieth batch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(lambda: create(arguments.serve, arguments))
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
