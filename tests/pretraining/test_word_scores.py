import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.pretraining.word_scores import (
    WordScores,
    softmax_totals,
    weighted_probabilities,
)

ROWS = 6
WEIGHTS = np.arange(ROWS, dtype=np.float32)


def scores(vocab, **how) -> tuple[WordScores, np.ndarray]:
    """Scores, and their logits in float64."""
    draw = np.random.default_rng(vocab)
    product, bias = 5.0 * draw.normal(size=(ROWS, vocab)), draw.normal(size=vocab)
    logits = (product + bias) / how.get("temperature", 1.0)
    if "excluded_ids" in how:
        logits[np.arange(ROWS), how["excluded_ids"]] = -np.inf
    given = tf.constant(product, tf.float32), tf.constant(bias, tf.float32)
    return WordScores(*given, **how), logits


def softmax(logits):
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)


@pytest.mark.parametrize("vocab", [40, 255, 256, 257, 700])
@pytest.mark.parametrize("how", [{}, {"temperature": 0.5, "excluded_ids": tf.range(ROWS)}])
def test_the_normalizer_is_the_log_of_the_sum_of_all_exponentials(vocab, how):
    given, logits = scores(vocab, **how)
    expected = np.log(np.exp(logits).sum(1))
    np.testing.assert_allclose(softmax_totals(given).log_normalizer(), expected, rtol=1e-5)


def test_a_column_sums_the_words_with_the_same_remainder():
    given, logits = scores(700)
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    for column in (0, 187, 188, 255):  # 700 = 2 * 256 + 188
        expected = exponentials[:, column::256].sum(1)
        np.testing.assert_allclose(softmax_totals(given).columns[:, column], expected, rtol=1e-4)


def test_probabilities_are_weighted_by_row():
    given, logits = scores(300)
    normalizer = softmax_totals(given).log_normalizer()
    ours = weighted_probabilities(given, normalizer, tf.constant(WEIGHTS))
    np.testing.assert_allclose(ours, softmax(logits) * WEIGHTS[:, np.newaxis], rtol=1e-3)


@pytest.mark.parametrize("how", [{}, {"temperature": 0.5, "excluded_ids": tf.range(ROWS)}])
def test_logits_can_be_had_of_a_few_words(how):
    given, logits = scores(300, **how)
    of_one, of_two = tf.range(ROWS) + 1, tf.tile([[0, 299]], [ROWS, 1])
    np.testing.assert_allclose(given.at(of_one), logits[range(ROWS), of_one], rtol=1e-4)
    expected = np.maximum(logits[:, [0, 299]], np.finfo(np.float32).min)
    np.testing.assert_allclose(given.at(of_two), expected, rtol=1e-4)


def test_compiled_it_is_the_same():
    given, _ = scores(700)
    plain = softmax_totals(given)
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        compiled = softmax_totals(given)
    for ours, theirs in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
