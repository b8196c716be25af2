import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.objective import MaskingConfig
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.pretraining.masking import (
    MaskingVocabulary,
    SpecialIds,
    chosen_positions,
    mask_tokens,
    prediction_count,
    replace_tokens,
)

SPECIAL = SpecialIds(cls=2, sep=3, mask=4)
CONTINUES = np.arange(1000) % 3 == 0  # every third word piece is no beginning of a word
VOCABULARY = MaskingVocabulary(SPECIAL, CONTINUES)
LENGTH = 128
WITHOUT, WITH = MaskingConfig(), MaskingConfig(replacement=True)


def make_rows(lengths, width=LENGTH):
    """[CLS] words [SEP] words [SEP] padding; one word is a literal [MASK]."""
    draw = np.random.default_rng(1)
    ids = np.zeros([len(lengths), width], np.int32)
    for row, length in enumerate(lengths):
        words = draw.integers(10, 1000, length)
        words[0], words[-1] = SPECIAL.cls, SPECIAL.sep
        if length > 8:
            words[length // 2], words[3] = SPECIAL.sep, SPECIAL.mask
        ids[row, :length] = words
    mask = (np.arange(width) < np.array(lengths)[:, np.newaxis]).astype(np.int32)
    return tf.constant(ids), tf.constant(mask)


@pytest.fixture(scope="module", params=[WITHOUT, WITH], ids=["without", "with_replacement"])
def masked_rows(request):
    """4096 rows of all lengths from 3 on, masked."""
    lengths = np.resize(np.arange(3, LENGTH + 1), 4096)
    ids, mask = make_rows(lengths)
    return lengths, ids.numpy(), mask_tokens(ids, mask, VOCABULARY, request.param, root_noise(1))


@pytest.fixture(scope="module")
def full_rows():
    return make_rows([LENGTH] * 4096)


def test_never_chooses_cls_sep_mask_or_padding(masked_rows):
    lengths, _, masked = masked_rows
    used = masked.weights.numpy() > 0
    assert not np.isin(masked.target_ids.numpy()[used], SPECIAL).any()
    assert (masked.positions.numpy() < lengths[:, np.newaxis])[used].all()


def test_only_chosen_positions_change_and_only_to_mask(masked_rows):
    _, ids, masked = masked_rows
    changed = masked.input_ids.numpy() != ids
    assert (masked.input_ids.numpy()[changed] == SPECIAL.mask).all()
    chosen = np.zeros_like(changed)
    used = masked.weights.numpy() > 0
    rows = np.nonzero(used)[0]
    chosen[rows, masked.positions.numpy()[used]] = True
    assert not (changed & ~chosen).any()


def test_targets_are_the_words_that_stood_there(masked_rows):
    _, ids, masked = masked_rows
    expected = np.take_along_axis(ids, masked.positions.numpy(), axis=1)
    np.testing.assert_array_equal(masked.target_ids, expected)


def test_the_number_of_predictions_is_15_percent_of_the_tokens(masked_rows):
    lengths, ids, masked = masked_rows
    expected = [max(1, min(19, round(0.15 * int(length)))) for length in lengths]
    candidates = ((ids > 0) & ~np.isin(ids, SPECIAL)).sum(1)
    assert masked.weights.shape == (4096, 19)
    enough = candidates >= expected  # rows of 3 or 4 tokens may have one word only
    assert enough.all()
    np.testing.assert_array_equal(masked.weights.numpy().sum(1), expected)


def test_the_unused_rest_is_position_0_with_weight_0(masked_rows):
    masked = masked_rows[2]
    unused = masked.weights.numpy() == 0
    assert unused.any()
    assert (masked.positions.numpy()[unused] == 0).all()
    assert set(np.unique(masked.weights)) == {0.0, 1.0}


def test_85_percent_of_the_chosen_are_hidden(full_rows):
    ids, mask = full_rows
    masked = mask_tokens(ids, mask, VOCABULARY, WITHOUT, root_noise(1))
    hidden = (masked.input_ids != ids).numpy().sum()
    count = int(masked.weights.numpy().sum())  # about 78,000
    assert hidden / count == pytest.approx(0.85, abs=5 * np.sqrt(0.85 * 0.15 / count))


@pytest.mark.parametrize(("probability", "hidden"), [(0.0, 0), (1.0, 19)])
def test_mask_probability_0_hides_nothing_and_1_everything(full_rows, probability, hidden):
    ids, mask = full_rows
    config = MaskingConfig(mask_probability=probability)
    masked = mask_tokens(ids, mask, VOCABULARY, config, root_noise(1))
    assert ((masked.input_ids != ids).numpy().sum(1) == hidden).all()


def test_positions_are_distinct_without_replacement(full_rows):
    masked = mask_tokens(*full_rows, VOCABULARY, WITHOUT, root_noise(1))
    ordered = np.sort(masked.positions.numpy(), axis=1)
    assert (np.diff(ordered, axis=1) > 0).all()


@pytest.mark.parametrize("config", [WITHOUT, WITH], ids=["without", "with_replacement"])
def test_every_candidate_is_chosen_equally_often(config):
    """Chi-square over the 30 candidates of one row, drawn 40,000 times; 29 degrees of freedom."""
    ids, mask = make_rows([34] * 40_000, width=40)
    masked = mask_tokens(ids, mask, VOCABULARY, config, root_noise(1))
    used = masked.weights.numpy() > 0
    counts = np.bincount(masked.positions.numpy()[used], minlength=40)
    candidates = np.setdiff1d(np.arange(34), [0, 3, 17, 33])
    assert counts.sum() == counts[candidates].sum() == 40_000 * 5
    expected = counts.sum() / len(candidates)
    chi_square = ((counts[candidates] - expected) ** 2 / expected).sum()
    assert chi_square < 29 + 5 * np.sqrt(2 * 29)


def test_masks_are_a_function_of_the_seed(full_rows):
    once, again, other = (
        mask_tokens(*full_rows, VOCABULARY, WITHOUT, noise)
        for noise in (root_noise(1), root_noise(1), root_noise(1).fold_in(0))
    )
    for ours, theirs in zip(once, again, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (once.positions != other.positions).numpy().mean() > 0.9


@pytest.mark.parametrize("config", [WITHOUT, WITH], ids=["without", "with_replacement"])
@pytest.mark.parametrize("row", [[0] * 8, [2, 3, 3, 0, 0, 0, 0, 0], [2, 4, 3, 4, 3, 0, 0, 0]])
def test_a_row_without_candidates_predicts_nothing_and_stays(config, row):
    ids = tf.constant([row])
    mask = tf.cast(ids > 0, tf.int32)
    masked = mask_tokens(ids, mask, VOCABULARY, config, root_noise(1))
    np.testing.assert_array_equal(masked.weights, [[0.0]])
    np.testing.assert_array_equal(masked.input_ids, ids)


def test_fewer_candidates_than_predictions_are_chosen_once_each():
    ids = tf.constant([[2, 11, 3, 12, *[3] * 16]])
    masked = mask_tokens(ids, tf.ones_like(ids), VOCABULARY, WITHOUT, root_noise(1))
    assert masked.weights.numpy().sum() == 2  # round(0.15 * 20) = 3, but there are two words
    assert set(masked.positions.numpy()[masked.weights.numpy() > 0]) == {1, 3}


def test_with_replacement_a_full_row_masks_13_9_percent_of_its_tokens():
    """N draws from c candidates hit c (1 - (1 - 1/c)^N) distinct ones."""
    ids, mask = make_rows([512] * 2048, width=512)
    masked = mask_tokens(ids, mask, VOCABULARY, WITH, root_noise(1))
    draws, candidates = 77, 508
    assert (masked.weights.numpy()[:, :draws] == 1).all()
    distinct = np.mean([len(set(row)) for row in masked.positions.numpy()[:, :draws].tolist()])
    assert distinct == pytest.approx(candidates * (1 - (1 - 1 / candidates) ** draws), rel=0.002)
    assert distinct / 512 == pytest.approx(0.139, abs=0.001)


@pytest.mark.parametrize("length", [*range(1, 60), 127, 128, 511, 512])
def test_prediction_count_rounds_halves_to_even(length):
    count = prediction_count(tf.ones([1, length], tf.int32), 79, 0.15).numpy()
    assert count == [max(1, min(79, round(0.15 * length)))]


def test_replacing_a_position_twice_writes_the_integer_mean():
    ids = tf.constant([[10, 11, 12, 13]])
    positions, new_ids = tf.constant([[1, 3, 1, 0]]), tf.constant([[20, 30, 25, 99]])
    replaced = replace_tokens(ids, positions, new_ids, tf.constant([[1.0, 1.0, 1.0, 0.0]]))
    np.testing.assert_array_equal(replaced, [[10, 22, 12, 30]])


WHOLE = MaskingConfig(whole_words=True)


def words_of(ids):
    """The positions of each word of a row, without special tokens and padding."""
    words, previous = [], False
    for position, token in enumerate(ids):
        candidate = token > 0 and token not in SPECIAL
        if candidate and CONTINUES[token] and previous:
            words[-1].append(position)
        elif candidate:
            words.append([position])
        previous = candidate
    return words


@pytest.fixture(scope="module")
def whole_words():
    """2,000 rows of all lengths from 3 on, their words, and what was chosen."""
    lengths = np.resize(np.arange(3, LENGTH + 1), 2000)
    ids, mask = make_rows(lengths)
    masked = mask_tokens(ids, mask, VOCABULARY, WHOLE, root_noise(1))
    return lengths, ids.numpy(), masked, chosen_positions(masked, LENGTH).numpy()


def test_whole_words_are_chosen_or_not_at_all(whole_words):
    _, ids, masked, chosen = whole_words
    counts = masked.weights.numpy().sum(1)
    for row, where, count in zip(ids, chosen, counts, strict=True):
        taken = [word for word in words_of(row) if where[word].any()]
        incomplete = [word for word in taken if not where[word].all()]
        assert sum(where) == count
        if incomplete:  # only where a single word was too long for all predictions
            assert len(taken) == 1
            assert len(taken[0]) > count


def test_whole_words_fill_the_predictions_but_for_a_word_that_does_not_fit(whole_words):
    lengths, _, masked, _ = whole_words
    wanted = np.array([max(1, min(19, round(0.15 * int(length)))) for length in lengths])
    counts = masked.weights.numpy().sum(1)
    assert (counts <= wanted).all()
    assert (counts >= 1).all()
    assert counts[lengths == LENGTH].mean() > 17.5  # of 19: words have 1.5 pieces on average


def test_long_and_short_words_are_chosen_alike():
    """One row of 80 words of one piece and 40 of three, drawn 5,000 times."""
    row = [2] + [10] * 80 + [10, 12, 12] * 40 + [3]  # 12 continues a word, 10 does not
    ids = tf.constant([row] * 5_000)
    masked = mask_tokens(ids, tf.ones_like(ids), VOCABULARY, WHOLE, root_noise(1))
    chosen = chosen_positions(masked, len(row)).numpy().mean(0)
    short, long = chosen[1:81].mean(), chosen[81:201].mean()
    assert long == pytest.approx(short, rel=0.07)  # a long one fits less often into the last places
    np.testing.assert_array_equal(chosen[81:201:3], chosen[82:201:3])


def test_a_word_longer_than_all_predictions_is_chosen_as_far_as_it_fits():
    ids = tf.constant([[2, 10, 12, 12, 12, 12, 12, 12, 12, 3]])
    masked = mask_tokens(ids, tf.ones_like(ids), VOCABULARY, WHOLE, root_noise(1))
    np.testing.assert_array_equal(np.nonzero(chosen_positions(masked, 10)[0])[0], [1, 2][:1])


def test_a_part_of_the_batch_is_masked_as_in_the_whole(full_rows):
    ids, mask = full_rows
    for config in (WITHOUT, WITH, WHOLE):
        whole = mask_tokens(ids, mask, VOCABULARY, config, root_noise(1))
        part = mask_tokens(
            ids[100:103], mask[100:103], VOCABULARY, config, root_noise(1).for_rows_from(100)
        )
        for ours, theirs in zip(part, whole, strict=True):
            np.testing.assert_array_equal(ours, theirs[100:103])
