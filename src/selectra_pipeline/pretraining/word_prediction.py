"""Cross-entropy over the vocabulary and samples from it, a few rows of logits at a time.

All logits of a batch are its largest tensor: 128 examples of 512 tokens and 50,000 words would
take 2 GB, several times over. Here a chunk of rows passes through the whole of it, gradient
included, before the next one starts: the gradient of a cross-entropy needs nothing from later
layers but a factor, so it can be computed on the way forward.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.model.fusion import fused, widened
from selectra_pipeline.model.projection import sum_rows
from selectra_pipeline.pretraining.sampling import sample_tokens
from selectra_pipeline.pretraining.word_scores import (
    SoftmaxTotals,
    WordScores,
    softmax_totals,
    weighted_probabilities,
)


class WordPredictions(NamedTuple):
    """What the generator says of each row, without gradient; all [rows] (or [batch, predictions]).

    Attributes:
        losses: float32, -log p(target) in nats.
        best_ids: int32, the most probable word.
        sampled_ids: int32, drawn from the distribution at its temperature.
        sampled_log_probs: float32, log p(sampled id) at temperature 1.
    """

    losses: tf.Tensor
    best_ids: tf.Tensor
    sampled_ids: tf.Tensor
    sampled_log_probs: tf.Tensor


PREDICTION_DTYPES = (tf.float32, tf.int32, tf.int32, tf.float32)  # of a row of WordPredictions


class Rows(NamedTuple):
    """What is predicted, a row each.

    Attributes:
        states: [rows, embedding_size], in the precision of the computation.
        target_ids: int32 [rows].
        weights: float32 [rows], of the losses in their sum.
        draws: float32 [rows], uniform in [0, 1): choose the samples.
    """

    states: tf.Tensor
    target_ids: tf.Tensor
    weights: tf.Tensor
    draws: tf.Tensor


class Sampling(NamedTuple):
    """How samples are drawn: logits / temperature, and whether the target may be its own sample."""

    temperature: float = 1.0
    disallow_correct: bool = False


def predict_words(
    rows: Rows,
    table: tf.Tensor,
    bias: tf.Tensor,
    sampling: Sampling,
    chunk_rows: int,
    training: bool,
) -> tuple[tf.Tensor, WordPredictions]:
    """The weighted sum of the cross-entropies, and the predictions themselves.

    The sum has a gradient (of first order) with respect to the states, the table and the bias where
    `training` is true. No more than `chunk_rows` rows of logits exist at a time.

    Args:
        table: float32 [vocab, embedding_size].
        bias: float32 [vocab].
    """
    table, bias = tf.convert_to_tensor(table), tf.convert_to_tensor(bias)
    if training:
        loss, *predictions = _weighted_sum(rows, table, bias, sampling, chunk_rows)
        return loss, WordPredictions(*map(tf.stop_gradient, predictions))
    table = tf.cast(table, rows.states.dtype)

    def predict(chunk: Rows, _: tuple | None) -> tuple[tuple, tuple]:
        return _predict_chunk(chunk, table, bias, sampling)[0], ()

    outputs, _ = _fold_chunks(predict, rows, PREDICTION_DTYPES, (), chunk_rows)
    predictions = WordPredictions(*outputs)
    return tf.reduce_sum(rows.weights * predictions.losses), predictions


def _weighted_sum(
    rows: Rows, table: tf.Tensor, bias: tf.Tensor, sampling: Sampling, chunk_rows: int
) -> tuple[tf.Tensor, ...]:
    """The sum, differentiable, and after it the fields of `WordPredictions`.

    The gradient with respect to a row's logits is w (p - 1[target]). The chunks contribute w p; the
    targets are taken off at the end, where they touch a row of the table each, not all of it.
    """

    @tf.custom_gradient
    def weighted_sum(states: tf.Tensor, table: tf.Tensor, bias: tf.Tensor):
        narrow_table = tf.cast(table, states.dtype)

        def predict(chunk: Rows, sums: tuple | None) -> tuple[tuple, tuple]:
            predictions, by_logits = _predict_chunk(chunk, narrow_table, bias, sampling)
            by_states = tf.matmul(by_logits, narrow_table)
            by_table = tf.matmul(by_logits, chunk.states, transpose_a=True)
            added = by_table, sum_rows(by_logits)
            if sums is not None:  # of several chunks; a lone one stays as narrow as it is
                added = tuple(map(_add, sums, added))
            return (*predictions, by_states), added

        zeros = (tf.zeros_like(table), tf.zeros_like(bias))
        given = rows._replace(states=states)
        (*outputs, by_states), (by_table, by_bias) = _fold_chunks(
            predict, given, (*PREDICTION_DTYPES, states.dtype), zeros, chunk_rows
        )
        predictions = WordPredictions(*outputs)

        def gradient(upstream: tf.Tensor, *_: tf.Tensor) -> tuple[tf.Tensor, ...]:
            weights, targets = upstream * rows.weights, rows.target_ids[:, tf.newaxis]
            words_of_targets = tf.gather(narrow_table, rows.target_ids)
            wide_states = weights[:, tf.newaxis] * tf.cast(states, tf.float32)
            return (
                tf.cast(upstream, by_states.dtype) * by_states
                - tf.cast(weights, states.dtype)[:, tf.newaxis] * words_of_targets,
                tf.tensor_scatter_nd_sub(_times(by_table, upstream), targets, wide_states),
                tf.tensor_scatter_nd_sub(_times(by_bias, upstream), targets, weights),
            )

        return (tf.reduce_sum(rows.weights * predictions.losses), *predictions), gradient

    return weighted_sum(rows.states, table, bias)


def _add(total: tf.Tensor, narrow: tf.Tensor) -> tf.Tensor:
    return total + tf.cast(narrow, total.dtype)


@fused
def _times(narrow: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    return widened(narrow) * factor


def _predict_chunk(
    chunk: Rows, table: tf.Tensor, bias: tf.Tensor, sampling: Sampling
) -> tuple[WordPredictions, tf.Tensor]:
    """Predictions, and w p: the probabilities of all words, times the row's weight."""
    scores = WordScores(tf.matmul(chunk.states, table, transpose_b=True), bias)
    totals = softmax_totals(scores)
    normalizer = totals.log_normalizer()
    sampled_ids = _sample(scores, totals, chunk, sampling)
    predictions = WordPredictions(
        losses=normalizer - scores.at(chunk.target_ids),
        best_ids=tf.argmax(widened(scores.product) + bias, axis=-1, output_type=tf.int32),
        sampled_ids=sampled_ids,
        sampled_log_probs=scores.at(sampled_ids) - normalizer,
    )
    return predictions, weighted_probabilities(scores, normalizer, chunk.weights)


def _sample(
    scores: WordScores, totals: SoftmaxTotals, chunk: Rows, sampling: Sampling
) -> tf.Tensor:
    if sampling != Sampling():
        excluded_ids = chunk.target_ids if sampling.disallow_correct else None
        scores = scores._replace(temperature=sampling.temperature, excluded_ids=excluded_ids)
        totals = softmax_totals(scores)
    return sample_tokens(scores, totals, chunk.draws)


def _fold_chunks(
    function: Callable[[Rows, tuple | None], tuple[tuple, tuple]],
    rows: Rows,
    dtypes: Sequence[tf.DType],
    initial: tuple,
    chunk_rows: int,
) -> tuple[tuple, tuple]:
    """Apply `function(chunk, sums) -> (outputs, sums)` to one chunk of rows after the other.

    Where one chunk holds all rows, its `sums` are None, not `initial`.

    The last chunk is filled up with rows of weight 0. `dtypes` are those of the outputs, which have
    a row for each row that went in.

    Returns:
        the outputs of all rows, joined, and the last sums
    """
    count = rows.states.shape[0]
    if count <= chunk_rows:
        return function(rows, None)
    chunks = -(-count // chunk_rows)
    chunk_rows = -(-count // chunks)  # equal chunks: fewer rows of nothing

    def split(x: tf.Tensor) -> tf.Tensor:
        x = tf.pad(x, [[0, chunks * chunk_rows - count]] + [[0, 0]] * (x.shape.rank - 1))
        return tf.reshape(x, [chunks, chunk_rows, *x.shape[1:]])

    parts = Rows(*map(split, rows))
    arrays = tuple(tf.TensorArray(dtype, chunks) for dtype in dtypes)

    def body(number: tf.Tensor, arrays: tuple, sums: tuple) -> tuple:
        outputs, sums = function(Rows(*(tf.gather(part, number) for part in parts)), sums)
        written = (array.write(number, out) for array, out in zip(arrays, outputs, strict=True))
        return number + 1, tuple(written), sums

    _, arrays, sums = tf.while_loop(
        lambda number, *_: number < chunks,
        body,
        (0, arrays, initial),
        parallel_iterations=1,  # more would hold the logits of several chunks
    )
    joined = (array.concat() for array in arrays)  # [chunks * chunk_rows, ...]
    return tuple(x[:count] for x in joined), sums
