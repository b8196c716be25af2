"""What fusing gains: each group of operations as TensorFlow runs it, and compiled into one.

    python benchmarks/fused_groups.py [--batch 8] [--length 512] [--dtype bfloat16] [--rounds 20]

At the sizes of SELECTRA small. The two forms take turns; medians. Prints a Markdown table.
"""

import argparse
from collections.abc import Callable

import selectra_pipeline  # noqa: F401  sets TensorFlow up, before it is imported

# isort: split
import tensorflow as tf
from turns import median_seconds

from selectra_pipeline.model import activation, attention, attention_product, layer_norm
from selectra_pipeline.model.dropout import mark_dropped
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.pretraining import word_scores

HEADS, HEAD, INNER, WORDS = 4, 64, 1024, 50_000
RATE, EPSILON, NOISE = 0.1, 1e-12, root_noise(1)


def groups(batch: int, length: int, dtype: str) -> dict[str, Callable[[], object]]:
    """Functions that compute one group each."""

    def random(*shape: int) -> tf.Tensor:
        return tf.cast(tf.random.stateless_normal(shape, [1, len(shape)]), dtype)

    hidden = HEADS * HEAD
    x, y = random(batch, length, hidden), random(batch, length, hidden)
    inner, inner_bias = random(batch, length, INNER), random(INNER)
    joined, joined_bias = random(batch, length, 3 * hidden), random(3 * hidden)
    scores = random(batch, HEADS, length, length)
    probabilities = tf.nn.softmax(scores)
    marked, _ = mark_dropped(probabilities, RATE, NOISE)
    row_sums = tf.cast(random(batch, HEADS, length, 1), tf.float32)
    gamma, beta = tf.ones([hidden]), tf.zeros([hidden])
    _, normal, scale = layer_norm._sum_forward(x, y, beta, gamma, beta, EPSILON, RATE, NOISE)
    predictions = round(0.15 * length) * batch
    logits = word_scores.WordScores(random(predictions, WORDS), tf.zeros([WORDS]))
    totals = word_scores.softmax_totals(logits)
    weights = tf.ones([predictions])
    return {
        "bias, dropout, residual sum, LayerNorm": lambda: layer_norm._sum_forward(
            x, y, beta, gamma, beta, EPSILON, RATE, NOISE
        ),
        "its gradient": lambda: layer_norm._sum_backward(y, normal, scale, gamma, RATE, NOISE),
        "bias and GELU": lambda: activation._forward(inner, inner_bias),
        "their gradient": lambda: activation._by_sum(inner, inner_bias, inner),
        "bias, cutting heads": lambda: attention._split(joined, joined_bias, 3, HEADS),
        "dropout of attention's probabilities": lambda: mark_dropped(probabilities, RATE, NOISE),
        "the gradient of dropout and softmax": lambda: attention_product._backward(
            marked, scores, row_sums, HEAD**-0.5, 0.9
        ),
        "softmax over words: maxima": lambda: word_scores._maximum(logits),
        "softmax over words: sums": lambda: word_scores._column_sums(logits, totals.maximum),
        "softmax over words: gradient": lambda: word_scores.weighted_probabilities(
            logits, totals.log_normalizer(), weights
        ),
    }


def forms(group: Callable[[], object]) -> tuple[Callable[[], object], Callable[[], object]]:
    """The group as plain operations, and compiled."""
    plain = tf.function(group, autograph=False).get_concrete_function()
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        return plain, tf.function(group, autograph=False).get_concrete_function()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    tf.get_logger().setLevel("ERROR")  # a function for each group is meant
    print("| group | operations, ms | compiled, ms | ratio |\n|---|---:|---:|---:|")
    for name, group in groups(arguments.batch, arguments.length, arguments.dtype).items():
        seconds = median_seconds(forms(group), arguments.rounds)
        plain, fused = (1e3 * of_one for of_one in seconds)
        print(f"| {name} | {plain:.1f} | {fused:.1f} | {plain / fused:.1f} |")


if __name__ == "__main__":
    main()
