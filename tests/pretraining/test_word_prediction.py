import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.model.noise import root_noise, uniform
from selectra_pipeline.pretraining.sampling import sample_tokens
from selectra_pipeline.pretraining.word_prediction import Rows, Sampling, predict_words
from selectra_pipeline.pretraining.word_scores import WordScores, softmax_totals

ROWS, WORDS, WIDTH = 23, 700, 12
DRAW = np.random.default_rng(1)
TABLE, BIAS = DRAW.normal(size=(WORDS, WIDTH)), DRAW.normal(size=WORDS)
STATES = DRAW.normal(size=(ROWS, WIDTH))
TARGETS, WEIGHTS = DRAW.integers(0, WORDS, ROWS), DRAW.random(ROWS)
TARGETS[1] = TARGETS[0]  # a word that is wanted twice


def rows(dtype=tf.float32) -> Rows:
    return Rows(
        tf.constant(STATES, dtype),
        tf.constant(TARGETS, tf.int32),
        tf.constant(WEIGHTS, tf.float32),
        uniform([ROWS], root_noise(1)),
    )


def tables() -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(TABLE, tf.float32), tf.constant(BIAS, tf.float32)


def predict(chunk_rows, sampling=Sampling(), training=False):  # noqa: B008 - a constant
    return predict_words(rows(), *tables(), sampling, chunk_rows, training)


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Logits and log-probabilities in float64."""
    logits = STATES @ TABLE.T + BIAS
    shifted = logits - logits.max(1, keepdims=True)
    return logits, shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("chunk_rows", [1, 8, 23, 1000])
def test_losses_are_cross_entropies_and_their_sum_is_weighted(chunk_rows, training):
    loss, predictions = predict(chunk_rows, training=training)
    expected = -exact()[1][np.arange(ROWS), TARGETS]
    np.testing.assert_allclose(predictions.losses, expected, rtol=1e-4)
    assert float(loss) == pytest.approx((WEIGHTS * expected).sum(), rel=1e-5)


@pytest.mark.parametrize("chunk_rows", [8, 1000])
def test_the_best_word_and_the_samples_are_those_of_all_logits(chunk_rows):
    logits, log_probabilities = exact()
    _, predictions = predict(chunk_rows, Sampling(temperature=0.7))
    np.testing.assert_array_equal(predictions.best_ids, logits.argmax(1))
    scores = WordScores(tf.constant(logits, tf.float32), tf.zeros([WORDS]), temperature=0.7)
    expected = sample_tokens(scores, softmax_totals(scores), rows().draws).numpy()
    np.testing.assert_array_equal(predictions.sampled_ids, expected)
    np.testing.assert_allclose(
        predictions.sampled_log_probs, log_probabilities[np.arange(ROWS), expected], rtol=1e-4
    )


def test_a_target_can_be_kept_from_being_its_own_sample():
    sharp = tables()[0] * 0.0, tf.one_hot(5, WORDS) * 50.0  # word 5 is certain
    given = rows()._replace(target_ids=tf.fill([ROWS], 5))
    allowed = predict_words(given, *sharp, Sampling(), 8, training=False)[1]
    other = predict_words(given, *sharp, Sampling(disallow_correct=True), 8, training=False)[1]
    assert (allowed.sampled_ids == 5).numpy().all()
    assert (other.sampled_ids != 5).numpy().all()
    np.testing.assert_array_equal(other.losses, allowed.losses)


@pytest.mark.parametrize("chunk_rows", [8, 1000])
@pytest.mark.parametrize(("dtype", "tolerance"), [(tf.float32, 1e-5), (tf.bfloat16, 0.02)])
def test_gradients_equal_those_of_all_logits_at_once(chunk_rows, dtype, tolerance):
    """d/dlogits = weight (p - 1[target]), in float64 by hand."""
    by_logits = np.exp(exact()[1])
    by_logits[np.arange(ROWS), TARGETS] -= 1.0
    by_logits *= 3.0 * WEIGHTS[:, np.newaxis]  # the loss is taken three times
    expected = (by_logits @ TABLE, by_logits.T @ STATES, by_logits.sum(0))

    @tf.function(autograph=False)
    def gradients(given, table, bias):
        with tf.GradientTape() as tape:
            tape.watch((given.states, table, bias))
            loss = 3.0 * predict_words(given, table, bias, Sampling(), chunk_rows, True)[0]
        return tape.gradient(loss, (given.states, table, bias))

    for ours, theirs in zip(gradients(rows(dtype), *tables()), expected, strict=True):
        ours = tf.cast(ours, tf.float64).numpy()
        np.testing.assert_allclose(ours, theirs, atol=tolerance * np.abs(theirs).max())


def test_predictions_carry_no_gradient():
    table, bias = tables()
    with tf.GradientTape() as tape:
        tape.watch(table)
        predictions = predict_words(rows(), table, bias, Sampling(), 8, training=True)[1]
        total = tf.reduce_sum(predictions.losses + predictions.sampled_log_probs)
    assert tape.gradient(total, table) is None


def test_no_tensor_of_the_graph_holds_the_logits_of_more_than_a_chunk():
    @tf.function(autograph=False)
    def gradients(given, table, bias):
        with tf.GradientTape() as tape:
            tape.watch(table)
            loss = predict_words(given, table, bias, Sampling(), 4, True)[0]
        return tape.gradient(loss, table)

    graph = gradients.get_concrete_function(rows(), *tables()).graph
    bodies = [function.graph for function in graph._functions.values()]
    sizes = [
        tensor.shape.num_elements() or 0
        for operation in (o for g in (graph, *bodies) for o in g.get_operations())
        for tensor in operation.outputs
        if tensor.shape.rank is not None and tensor.shape.is_fully_defined()
    ]
    assert max(sizes) <= WORDS * WIDTH  # the table: 4 x 700 logits are fewer
    assert 4 * WORDS in sizes
