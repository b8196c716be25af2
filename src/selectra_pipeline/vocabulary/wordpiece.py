"""WordPiece entries by Hugging Face's trainer, made deterministic.

The trainer numbers "##x" characters in the order in which its hash map happens to give the words,
and breaks ties between equally frequent pairs by those numbers. Given them as special tokens, in
order, it has nothing left to decide, and any number of threads gives the same vocabulary.

It counts pairs in 32 bits and says nothing where they overflow (issue 2058 of
huggingface/tokenizers): the most frequent pairs are never merged then. Counts that are too large
for it are divided.
"""

import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Mapping

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import CONTINUATION, Alphabet

logger = logging.getLogger(__name__)

LARGEST_COUNT = 2**31 - 1  # of a pair: the trainer's int32
# Repetitions of a word in one string given to the trainer: enough to make the calls cheap.
REPETITIONS = 10_000


def learn_wordpiece(
    words: Mapping[str, int], alphabet: Alphabet, config: VocabularyConfig
) -> list[str]:
    """Learn up to `config.size` entries from counted words that the alphabet spells.

    Returns the alphabet's entries, then the merged pieces in the order of their making; fewer than
    `config.size` when no pair is left that occurs `config.min_frequency` times.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    words, divisor = _countable(words)
    inner = [CONTINUATION + character for character in alphabet.continuations]
    trainer = trainers.WordPieceTrainer(
        vocab_size=config.size,
        min_frequency=max(1, round(config.min_frequency / divisor)),
        show_progress=False,
        special_tokens=[*SPECIAL_TOKENS, *inner],
        initial_alphabet=list(alphabet.characters),
        limit_alphabet=len(alphabet.characters),
        continuing_subword_prefix=CONTINUATION,
    )
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    learner.train_from_iterator(_spell_counts(words), trainer)
    ids = learner.get_vocab()
    fixed = alphabet.entries
    return fixed + sorted(ids.keys() - set(fixed), key=ids.__getitem__)


def _countable(words: Mapping[str, int]) -> tuple[Mapping[str, int], int]:
    """The words with counts that the trainer can add up, and what they were divided by.

    Words whose count becomes 0 are left out.
    """
    counted, divisor = words, 1
    while (largest := _largest_pair(counted)) > LARGEST_COUNT:
        divisor = max(divisor + 1, -(-largest // LARGEST_COUNT))
        divided = {word: round(count / divisor) for word, count in words.items()}
        counted = {word: count for word, count in divided.items() if count}
    if divisor > 1:
        logger.info(
            "the most frequent pair of characters occurs more than %d times, which is all that "
            "the trainer of WordPiece can count: counts of words are divided by %d, and those "
            "that become 0 left out (%d of %d words)",
            LARGEST_COUNT,
            divisor,
            len(words) - len(counted),
            len(words),
        )
    return counted, divisor


def _largest_pair(words: Mapping[str, int]) -> int:
    """How often the most frequent pair of neighbouring characters occurs, or a bound that will do.

    No pair that merging makes is more frequent: each of its places is one of such a pair, too.
    """
    bound = sum(count * len(word) for word, count in words.items())
    if bound <= LARGEST_COUNT:
        return bound
    pairs: Counter[tuple[str, str]] = Counter()
    for word, count in words.items():
        pieces = [word[0], *(CONTINUATION + character for character in word[1:])]
        for pair in itertools.pairwise(pieces):
            pairs[pair] += count
    return max(pairs.values(), default=0)


def _spell_counts(words: Mapping[str, int]) -> Iterator[str]:
    """Every word as often as it was counted: the trainer counts strings, it takes no numbers."""
    for word in sorted(words):
        full, rest = divmod(words[word], REPETITIONS)
        for repetitions in [REPETITIONS] * full + [rest]:
            yield f"{word} " * repetitions
