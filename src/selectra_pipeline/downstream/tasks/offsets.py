"""Word pieces, and where in the text they stand."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from selectra_pipeline.vocabulary.alphabet import CONTINUATION
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import word_pattern

SPACE = re.compile(r"\s")


class Piece(NamedTuple):
    """A word piece; text[start:end] is what it stands for."""

    id: int
    start: int
    end: int


def located_pieces(text: str, tokenizer: Tokenizer) -> list[Piece]:
    """The ids of `Tokenizer.encode`, with their places in the text as it was before normalisation.

    Where normalisation changes the length of a word (NFC, a deleted character), or the word is
    unknown, each of its pieces stands for the whole word.
    """
    words = list(word_pattern().finditer(SPACE.sub(" ", text)))
    found: list[Piece] = []
    for word, ids in zip(words, tokenizer.encode_batch([w[0] for w in words]), strict=True):
        found += _located(word.start(), word.end(), ids, tokenizer)
    return found


def _located(start: int, end: int, ids: Sequence[int], tokenizer: Tokenizer) -> list[Piece]:
    lengths = [len(tokenizer.vocabulary[i].removeprefix(CONTINUATION)) for i in ids]
    if tokenizer.unk_id in ids or sum(lengths) != end - start:
        return [Piece(i, start, end) for i in ids]
    pieces = []
    for i, length in zip(ids, lengths, strict=True):
        pieces.append(Piece(i, start, start + length))
        start += length
    return pieces
