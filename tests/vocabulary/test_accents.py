import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.accents import (
    AccentError,
    accent_markdown,
    audit_accents,
    check_accents,
)
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

ACCENTED = Tokenizer([*SPECIAL_TOKENS, "camion", "camión", "##ñ"])
PLAIN = Tokenizer([*SPECIAL_TOKENS, "camion", "casa"])


def test_stripped_text_is_an_error_that_says_what_happened():
    counts = np.array([0, 1, 1, 1, 0, 9, 0, 0])
    with pytest.raises(AccentError, match=r"2 entries.*'camión'.*stripped of its accents"):
        check_accents(ACCENTED, counts)


def test_one_occurrence_is_enough():
    check_accents(ACCENTED, np.array([0, 1, 1, 1, 0, 9, 0, 1]))


def test_a_vocabulary_without_accents_needs_none():
    check_accents(PLAIN, np.array([0, 1, 1, 1, 0, 9, 0]))


def test_the_audit_tells_entries_with_and_without_a_diacritic_apart():
    initial = np.ones((8, 4))
    final = initial.copy()
    final[6] *= 3.0  # "camión" moves by twice its length
    final[5] *= 1.5
    groups = audit_accents(ACCENTED.vocabulary, np.array([0, 0, 9, 9, 0, 8, 4, 0]), initial, final)
    accented, plain = groups["with a diacritic"], groups["without"]
    assert accented == (2, 1, 4.0, 2.0)
    assert (plain.entries, plain.occurring, plain.median_occurrences) == (6, 3, 9.0)
    assert plain.median_movement == 0.0  # of [CLS], [SEP] and "camion", the middle one
    assert "| with a diacritic | 2 | 1 | 4 | 2.00 |" in accent_markdown(groups)


def test_entries_that_never_occur_do_not_count_for_movement():
    initial, final = np.ones((7, 2)), np.zeros((7, 2))
    group = audit_accents(PLAIN.vocabulary, np.zeros(7, int), initial, final)["without"]
    assert (group.occurring, group.median_movement) == (0, 0.0)
