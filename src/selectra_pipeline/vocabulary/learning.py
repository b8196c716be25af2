"""Learning a WordPiece vocabulary from text: the same text and configuration, the same bytes."""

import hashlib
from collections.abc import Iterable, Mapping

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import (
    Alphabet,
    accented_entries,
    choose_alphabet,
    has_diacritic,
)
from selectra_pipeline.vocabulary.bpe import learn_bpe
from selectra_pipeline.vocabulary.wordpiece import learn_wordpiece
from selectra_pipeline.vocabulary.words import count_words

LEARNERS = {"wordpiece": learn_wordpiece, "bpe": learn_bpe}


class VocabularyError(UserError, ValueError):
    """A vocabulary that cannot be made or used. The message says how to mend it."""


def learn(texts: Iterable[str], config: VocabularyConfig) -> list[str]:
    """Learn exactly `config.size` entries from texts, which are read once.

    Returns the entries in id order: special tokens, characters, "##" characters, merged pieces.

    Raises:
        VocabularyError: too little text, or text without the accents that it should have.
    """
    return learn_from_counts(count_sample(texts, config), config)


def count_sample(texts: Iterable[str], config: VocabularyConfig) -> Mapping[str, int]:
    """Count the words of the configured sample of the texts."""
    sample = (text for text in texts if in_sample(text, config.sample_fraction, config.seed))
    return count_words(sample, config.lowercase, config.strip_accents)


def in_sample(text: str, fraction: float, seed: int) -> bool:
    """Whether a text belongs to the sample: decided by the hash of the seed and the text."""
    if fraction >= 1:
        return True
    digest = hashlib.blake2b(f"{seed} {text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < fraction * 2**64


def learn_from_counts(words: Mapping[str, int], config: VocabularyConfig) -> list[str]:
    """Learn exactly `config.size` entries from counted words, as `learn` does."""
    if not words:
        raise VocabularyError(
            "there is no text to learn a vocabulary from; raise vocabulary.sample_fraction="
            f"{config.sample_fraction} or add text"
        )
    accents_expected = config.require_accents and not config.strip_accents
    if accents_expected and not any(map(has_diacritic, words)):
        raise VocabularyError(
            "the training text has no accented letter: its accents seem to have been stripped; "
            "use the text as it was written, or set vocabulary.require_accents=false for a "
            "language without accents"
        )
    alphabet = choose_alphabet(words, config.alphabet_limit)
    _check_room(alphabet, config)
    if accents_expected:
        _check_accents(alphabet, config)
    spelled = {word: count for word, count in words.items() if alphabet.spells(word)}
    vocabulary = LEARNERS[config.algorithm](spelled, alphabet, config)
    if len(vocabulary) < config.size:
        raise VocabularyError(
            f"the text gives only {len(vocabulary)} entries at "
            f"min_frequency={config.min_frequency}; set vocabulary.size to at most "
            f"{len(vocabulary)}, lower vocabulary.min_frequency or add text"
        )
    return vocabulary


def _check_room(alphabet: Alphabet, config: VocabularyConfig) -> None:
    needed = len(alphabet.entries)
    if needed > config.size:
        raise VocabularyError(
            f"vocabulary.size={config.size} is too small: the special tokens and "
            f"{len(alphabet.characters)} characters take {needed} entries; set vocabulary.size "
            "above that, or lower vocabulary.alphabet_limit"
        )


def _check_accents(alphabet: Alphabet, config: VocabularyConfig) -> None:
    if not accented_entries(alphabet.entries).any():
        raise VocabularyError(
            "the text has accented letters but none is frequent enough for an entry; raise "
            f"vocabulary.alphabet_limit={config.alphabet_limit}, or set "
            "vocabulary.require_accents=false for a language without accents"
        )
