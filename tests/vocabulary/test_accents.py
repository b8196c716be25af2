import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.accents import AccentError, check_accents
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
