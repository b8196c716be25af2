import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.model.noise import root_noise, uniform
from selectra_pipeline.pretraining.sampling import sample_tokens, uniform_tokens
from selectra_pipeline.pretraining.word_scores import WordScores, softmax_totals

NEVER = -1e9


def draw(logits, rows, temperature=1.0, seed=1):
    """Ids drawn at `rows` identical positions. logits: [vocab]."""
    tiled = tf.tile(tf.constant(logits, tf.float32)[tf.newaxis], [rows, 1])
    return sample(tiled, draws(rows, seed), temperature=temperature).numpy()


def sample(logits, draws, **how):
    """Ids from logits [rows, vocab], of which a part is the bias."""
    bias = tf.range(logits.shape[-1], dtype=tf.float32) / 64.0
    scores = WordScores(logits - bias, bias, **how)
    return sample_tokens(scores, softmax_totals(scores), draws)


def draws(rows, seed=1):
    return uniform([rows], root_noise(seed))


def softmax(logits):
    exponentials = np.exp(np.asarray(logits, np.float64) - np.max(logits))
    return exponentials / exponentials.sum()


def assert_distributed(ids, probabilities):
    """Chi-square over the words that are expected at least 10 times, the rest taken together."""
    counts = np.bincount(ids, minlength=len(probabilities))
    assert len(counts) == len(probabilities), "an id beyond the vocabulary"
    expected = probabilities * len(ids)
    common = expected >= 10
    counts = np.append(counts[common], counts[~common].sum())
    expected = np.append(expected[common], expected[~common].sum())
    kept = expected > 0
    chi_square = ((counts - expected)[kept] ** 2 / expected[kept]).sum()
    freedom = kept.sum() - 1
    assert chi_square < freedom + 5 * np.sqrt(2 * freedom)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("vocabulary", "rows"), [(160, 150_000), (256, 100_000), (700, 50_000)])
def test_frequencies_equal_the_softmax(vocabulary, rows, temperature):
    logits = np.random.default_rng(vocabulary).normal(0, 2, vocabulary)
    ids = draw(logits, rows, temperature)
    assert_distributed(ids, softmax(logits / temperature))


def test_uniform_logits_give_every_word_of_every_block_alike():
    ids = draw(np.zeros(700), 50_000)
    assert ids.max() == 699
    assert_distributed(ids, np.full(700, 1 / 700))


@pytest.mark.parametrize("likely", [0, 255, 256, 511, 512, 699])
def test_a_certain_word_is_always_drawn(likely):
    logits = np.zeros(700)
    logits[likely] = 60.0
    assert set(draw(logits, 5_000)) == {likely}


def test_impossible_words_are_never_drawn():
    logits = np.full(700, NEVER)
    possible = [3, 255, 256, 600]
    logits[possible] = [0.0, 1.0, 2.0, 1.0]
    ids = draw(logits, 50_000)
    assert set(ids) == set(possible)
    assert_distributed(ids, softmax(logits))


@pytest.mark.parametrize("shift", [-1e4, 1e4])
def test_a_shift_of_all_logits_changes_nothing(shift):
    logits = np.round(np.random.default_rng(1).normal(0, 2, 300) * 64) / 64
    np.testing.assert_array_equal(draw(logits, 5_000), draw(logits + shift, 5_000))


def test_positions_and_seeds_draw_independently():
    logits = np.zeros(64)
    first, second = draw(logits, 20_000, seed=1), draw(logits, 20_000, seed=2)
    assert (first == second).mean() == pytest.approx(1 / 64, abs=0.005)
    assert (first[1:] == first[:-1]).mean() == pytest.approx(1 / 64, abs=0.005)


def test_samples_are_a_function_of_the_draws():
    logits = tf.constant(np.random.default_rng(1).normal(size=[40, 300]), tf.float32)
    once, again, other = (sample(logits, draws(40, seed)) for seed in (1, 1, 2))
    assert once.dtype == tf.int32
    assert once.shape == (40,)
    np.testing.assert_array_equal(once, again)
    assert (once != other).numpy().any()


def test_each_row_is_drawn_from_its_own_logits():
    logits = 60.0 * tf.one_hot([5, 299, 256, 0], 300)
    np.testing.assert_array_equal(sample(logits, draws(4)), [5, 299, 256, 0])


def test_no_gradient_flows_through_a_sample():
    logits = tf.random.stateless_normal([6, 20], [1, 2])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        sampled = tf.cast(sample(logits, draws(6)), tf.float32)
        result = tf.reduce_sum(sampled**2)
    assert tape.gradient(result, logits) is None


def test_targets_are_never_drawn_and_the_others_keep_their_proportions():
    logits = np.random.default_rng(1).normal(0, 1, 160)
    tiled = tf.tile(tf.constant(logits, tf.float32)[tf.newaxis], [50_000, 1])
    ids = sample(tiled, draws(50_000), excluded_ids=tf.fill([50_000], 7)).numpy()
    expected = softmax(logits)
    expected[7] = 0.0
    assert 7 not in ids
    assert_distributed(ids, expected / expected.sum())


@pytest.mark.parametrize("disallow", [False, True])
def test_uniform_tokens_are_any_word_or_any_but_the_target(disallow):
    targets = tf.constant(np.resize([0, 5, 39], 60_000), tf.int32)
    ids = uniform_tokens(draws(60_000), 40, targets, disallow).numpy()
    assert (ids == targets.numpy()).any() != disallow
    for target in (0, 5, 39):
        expected = np.full(40, 1 / 40)
        if disallow:
            expected = np.where(np.arange(40) == target, 0.0, 1 / 39)
        assert_distributed(ids[targets.numpy() == target], expected)
