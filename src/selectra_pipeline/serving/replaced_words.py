"""Texts in which words were replaced at random: what discriminators of any vocabulary can judge.

A generator would make likelier replacements, but it belongs to one discriminator and has its word
pieces. Words drawn from the same texts are as frequent as the words that they replace, and the same
for all.
"""

from collections.abc import Sequence

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.downstream.tasks.words import TaggedSentence
from selectra_pipeline.vocabulary.words import normalize, word_pattern

KEPT, REPLACED = "kept", "replaced"


def replace_words(texts: Sequence[str], fraction: float, seed: int) -> list[TaggedSentence]:
    """The words of each text, some of them replaced, and what happened to each.

    Args:
        fraction: of the words of a text that consist of letters, rounded, but at least one. Other
            characters stay.

    Raises:
        ConfigError: the texts have fewer than two different words.
    """
    draw = np.random.default_rng(seed)
    sentences = [word_pattern().findall(normalize(text)) for text in texts]
    sentences = [words for words in sentences if any(map(str.isalpha, words))]
    pool = np.array([word for words in sentences for word in words if word.isalpha()], dtype=object)
    if len(set(pool)) < 2:
        raise ConfigError("the texts have fewer than two different words; name others")
    return [_replaced(words, pool, fraction, draw) for words in sentences]


def _replaced(
    words: Sequence[str], pool: np.ndarray, fraction: float, draw: np.random.Generator
) -> TaggedSentence:
    replaceable = [position for position, word in enumerate(words) if word.isalpha()]
    count = max(1, round(fraction * len(replaceable)))
    changed, tags = list(words), [KEPT] * len(words)
    for position in draw.choice(replaceable, count, replace=False):
        other = draw.choice(pool)
        while other == words[position]:
            other = draw.choice(pool)
        changed[position], tags[position] = other, REPLACED
    return TaggedSentence(tuple(changed), tuple(tags))
