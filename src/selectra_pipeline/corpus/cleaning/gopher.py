"""Gopher's rules of quality (Rae et al. 2021, appendix A.1).

They agree with datatrove's `GopherQualityFilter` on every document; see `repetition.py` for why
they are not that class.
"""

from collections.abc import Callable, Iterator

import numpy as np
from datatrove.utils.text import PUNCTUATION_SET

from selectra_pipeline.config.cleaning import GopherConfig
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.rejection import Measurement

BULLETS = ("•", "-")
ELLIPSES = ("...", "…")


def gopher_quality(measured: MeasuredText, limits: GopherConfig) -> Iterator[Measurement]:
    """Length, lengths of words, symbols, bullets, and whether it reads like sentences."""
    text, lines, count = measured.text, measured.lines, len(measured.words)
    visible = measured.word_counts * _flags(measured, _is_no_punctuation)
    yield Measurement("gopher/too_few_words", visible.sum(), least=limits.min_words)
    yield Measurement("gopher/too_many_words", visible.sum(), most=limits.max_words)
    mean = (visible @ measured.word_lengths) / max(1, visible.sum())
    yield Measurement("gopher/short_words", mean, least=limits.min_word_length)
    yield Measurement("gopher/long_words", mean, most=limits.max_word_length)
    for reason, symbols in (("gopher/hash_signs", ("#",)), ("gopher/ellipses", ELLIPSES)):
        per_word = sum(map(text.count, symbols)) / count
        yield Measurement(reason, per_word, most=limits.max_symbols_per_word)
    bullets = sum(line.startswith(BULLETS) for line in lines) / len(lines)
    yield Measurement("gopher/bullet_lines", bullets, most=limits.max_bullet_lines)
    ellipses = sum(line.endswith(ELLIPSES) for line in lines) / len(lines)
    yield Measurement("gopher/ellipsis_lines", ellipses, most=limits.max_ellipsis_lines)
    alphabetic = (measured.word_counts @ _flags(measured, _has_letter)) / count
    yield Measurement("gopher/words_without_letters", alphabetic, least=limits.min_alphabetic_words)
    stop_words = len(measured.vocabulary.keys() & set(limits.stop_words))
    yield Measurement("gopher/too_few_stop_words", stop_words, least=limits.min_stop_words)


def _flags(measured: MeasuredText, predicate: Callable[[str], bool]) -> np.ndarray:
    """The predicate of each word of the vocabulary: bool [vocabulary]."""
    words = measured.vocabulary
    return np.fromiter(map(predicate, words), dtype=bool, count=len(words))


def _is_no_punctuation(word: str) -> bool:
    return word.isalnum() or not PUNCTUATION_SET.issuperset(word)


def _has_letter(word: str) -> bool:
    return word.isalpha() or any(map(str.isalpha, word))
