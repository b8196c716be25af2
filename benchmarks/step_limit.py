"""What a pre-training step cannot do without, and what each of its parts adds.

    python benchmarks/step_limit.py [--env selectra_small] [--batch 8] [--length 512]
        [--precision bfloat16] [--rounds 8]

Three limits, each above the one before: the model's FLOPs at the speed of large plain matrix
products; every matrix product of the traced step alone, as often as the step has it; the step. Then
ablations: the step without dropout, without the generator's network, and the update of the weights
alone. All take turns; medians. Prints Markdown tables.
"""

import argparse
import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import our_step
import tensorflow as tf
from recipe import recipe
from turns import median_seconds

from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.training_state import TrainingState

REPEATS = 8  # of a product in one call: starting one costs as much as a small one takes
SHOWN = 12  # products in the table


class Product(NamedTuple):
    """A product of matrices as the graph has it."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    transpose_left: bool
    transpose_right: bool

    @property
    def flops(self) -> int:
        *batch, rows, columns = self.left
        inner = rows if self.transpose_left else columns
        outer = self.right[-2] if self.transpose_right else self.right[-1]
        total = 2 * rows * columns // inner * inner * outer
        for size in batch:
            total *= size
        return total

    def __str__(self) -> str:
        sides = (self.left, self.transpose_left), (self.right, self.transpose_right)
        return " by ".join("x".join(map(str, s)) + ("ᵀ" if turned else "") for s, turned in sides)


def products_of(step: Callable) -> Counter[Product]:
    """The matrix products of a traced step and of all functions that it calls."""
    found: Counter[Product] = Counter()
    for operation in step.graph.get_operations():
        if operation.type in ("MatMul", "BatchMatMulV2"):
            marks = (
                ("transpose_a", "transpose_b") if operation.type == "MatMul" else ("adj_x", "adj_y")
            )
            shapes = (tuple(x.shape.as_list()) for x in operation.inputs)
            found[Product(*shapes, *map(operation.get_attr, marks))] += 1
    return found


def alone(product: Product, precision: str) -> Callable[[], list[tf.Tensor]]:
    """A function that computes the product `REPEATS` times."""
    # Other numbers each time: the graph's optimizer computes equal products once.
    lefts = [
        tf.cast(tf.random.stateless_normal(product.left, [1, seed]), precision)
        for seed in range(REPEATS)
    ]
    right = tf.cast(tf.random.stateless_normal(product.right, [2, 0]), precision)
    turned = {"transpose_a": product.transpose_left, "transpose_b": product.transpose_right}

    @tf.function(autograph=False)
    def multiply() -> list[tf.Tensor]:
        return [tf.matmul(left, right, **turned) for left in lefts]

    return multiply


def update(project: ProjectConfig) -> Callable[[], None]:
    """A function that applies gradients to all weights."""
    strategy = create_strategy(project.pretraining)
    with strategy.scope():
        state = TrainingState.create(project.pretraining, project.vocabulary.size)
    gradients = [tf.zeros(v.shape) for v in state.model.trainable_variables]
    apply = tf.function(lambda g: strategy.run(state.optimizer.apply, args=(g,)), autograph=False)
    return lambda: apply(gradients)


def variants(project: ProjectConfig) -> dict[str, ProjectConfig]:
    """The step, and the step without a part."""
    config = project.pretraining

    def changed(**changes) -> ProjectConfig:
        return dataclasses.replace(project, pretraining=dataclasses.replace(config, **changes))

    dry = dataclasses.replace(config.architecture, dropout=0.0, attention_dropout=0.0)
    uniform = dataclasses.replace(config.objective, generator="uniform")
    return {
        "the step": project,
        "without dropout": changed(architecture=dry),
        "without the generator's network": changed(objective=uniform),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    tf.get_logger().setLevel("ERROR")  # a function for each product is meant
    project = recipe(arguments.env, arguments.batch, arguments.length, arguments.precision)

    steps = {name: our_step.create(of_one) for name, of_one in variants(project).items()}
    steps["the update of the weights alone"] = update(project)
    taken = dict(zip(steps, median_seconds(list(steps.values()), arguments.rounds), strict=True))
    ceiling = our_step.create_ceiling(project)()
    counted = products_of(our_step.traced(project))
    takes = [alone(product, arguments.precision) for product in counted]
    each = [s / REPEATS for s in median_seconds(takes, arguments.rounds)]
    total = sum(n * s for n, s in zip(counted.values(), each, strict=True))
    least = our_step.example_flops(project) * arguments.batch / ceiling

    print(f"plain products of matrices: {ceiling / 1e9:.0f} GFLOP/s\n")
    print("| | ms | MFU |\n|---|---:|---:|")
    limits = {"the model's FLOPs at that speed": least, "its products, each alone": total}
    for name, seconds in (limits | taken).items():
        mfu = f"{least / seconds:.0%}" if name in (*limits, "the step") else ""
        print(f"| {name} | {seconds * 1e3:.0f} | {mfu} |")
    print("\n| product | times | ms together | GFLOP/s |\n|---|---:|---:|---:|")
    ranked = sorted(zip(counted, counted.values(), each, strict=True), key=lambda p: -p[1] * p[2])
    for product, times, seconds in ranked[:SHOWN]:
        speed = product.flops / seconds / 1e9
        print(f"| {product} | {times} | {times * seconds * 1e3:.1f} | {speed:.0f} |")


if __name__ == "__main__":
    main()
