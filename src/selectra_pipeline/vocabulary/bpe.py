"""WordPiece entries from SentencePiece's BPE (Sennrich et al. 2016), converted."""

import io
from collections.abc import Mapping

from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import CONTINUATION, Alphabet

# SentencePiece marks the beginning of a word with the first and an unknown one with the second.
WORD_START, RESERVED = "▁", "▅"


def learn_bpe(words: Mapping[str, int], alphabet: Alphabet, config: VocabularyConfig) -> list[str]:
    """Learn up to `config.size` entries from counted words that the alphabet spells.

    SentencePiece has no minimum frequency: words rarer than `config.min_frequency` are left out, so
    that no rarer pair can be merged. Returns the alphabet's entries, then the merged pieces in the
    order of their making: "▁pla" becomes "pla", "pla" becomes "##pla".
    """
    import sentencepiece

    frequent = [
        f"{word}\t{count}"
        for word, count in sorted(words.items())
        if count >= config.min_frequency and not {WORD_START, RESERVED} & set(word)
    ]
    fixed = alphabet.entries
    if not frequent:
        return fixed
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(frequent),
        model_writer=model,
        input_format="tsv",
        model_type="bpe",
        # "▁x" is a merge there and an entry of the alphabet here: learn that many more.
        vocab_size=config.size + len(alphabet.characters) + 2,
        hard_vocab_limit=False,
        character_coverage=1.0,
        normalization_rule_name="identity",
        split_by_unicode_script=False,
        split_by_number=False,
        max_sentencepiece_length=100,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = (processor.id_to_piece(i) for i in range(1, processor.get_piece_size()))
    entries = dict.fromkeys(fixed)  # a set that keeps its order
    entries.update(dict.fromkeys(filter(None, map(_to_wordpiece, pieces))))
    return list(entries)[: max(config.size, len(fixed))]


def _to_wordpiece(piece: str) -> str:
    """The entry for a SentencePiece piece; empty for one that has no letters."""
    if piece.startswith(WORD_START):
        return piece.removeprefix(WORD_START)
    # Single characters are in the alphabet, in the forms in which they occur.
    return CONTINUATION + piece if len(piece) > 1 else ""
