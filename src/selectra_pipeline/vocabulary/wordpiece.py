"""WordPiece entries by Hugging Face's trainer, made deterministic.

The trainer numbers "##x" characters in the order in which its hash map happens to give the words,
and breaks ties between equally frequent pairs by those numbers. Given them as special tokens, in
order, it has nothing left to decide, and any number of threads gives the same vocabulary.
"""

from collections.abc import Iterator, Mapping

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import CONTINUATION, Alphabet

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

    inner = [CONTINUATION + character for character in alphabet.continuations]
    trainer = trainers.WordPieceTrainer(
        vocab_size=config.size,
        min_frequency=config.min_frequency,
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


def _spell_counts(words: Mapping[str, int]) -> Iterator[str]:
    """Every word as often as it was counted: the trainer counts strings, it takes no numbers."""
    for word in sorted(words):
        full, rest = divmod(words[word], REPETITIONS)
        for repetitions in [REPETITIONS] * full + [rest]:
            yield f"{word} " * repetitions
