"""`vocabulary.tokenizer.Tokenizer` inside a graph: the same ids, with their places in the text."""

import unicodedata
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.serving.character_table import CODES, Trait, has_trait, traits
from selectra_pipeline.serving.graph_characters import (
    Characters,
    GraphNormalizer,
    differs_from_last,
    merge,
)
from selectra_pipeline.serving.graph_checks import checked_rows
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import MAX_WORD_CHARACTERS


class Pieces(NamedTuple):
    """Word pieces of texts, without special tokens. Ragged int32 [texts, (pieces)].

    Attributes:
        ids: entries of the vocabulary.
        begins, ends: text[begin:end] is what a piece stands for, in characters (code points) of
            the raw text; with what normalisation deletes in its middle.
    """

    ids: tf.RaggedTensor
    begins: tf.RaggedTensor
    ends: tf.RaggedTensor


class GraphTokenizer:
    """Text to ids by operations of TensorFlow and TensorFlow Text alone."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._normalize = GraphNormalizer(tokenizer.lowercase, tokenizer.strip_accents)
        self._unknown = ord(_unknown_letter(tokenizer))

    def __call__(self, texts: tf.Tensor) -> Pieces:
        """Tokenize UTF-8, [texts].

        Raises:
            InvalidArgumentError: a text is no valid UTF-8.
        """
        characters = self._shorten_words(self._normalize(valid_utf8(texts)))
        strings = characters.strings(tf.size(texts))
        ids, begins, ends = self.tokenizer.graph_tokenizer.tokenize_with_offsets(strings)
        first, last = _characters_of(characters, begins, ends)
        return Pieces(
            ids,
            ids.with_values(tf.gather(characters.begins, first)),
            ids.with_values(tf.gather(characters.ends, last)),
        )

    def _shorten_words(self, characters: Characters) -> Characters:
        """Words of more characters than a word may have as one letter that is surely [UNK]."""
        in_word = ~(
            self._normalize.have(Trait.STANDALONE, characters) | (characters.codes == ord(" "))
        )
        begins_word = ~in_word | differs_from_last(in_word) | characters.begin_rows()
        word = tf.cumsum(tf.cast(begins_word, tf.int32)) - 1
        lengths = tf.math.segment_sum(tf.ones_like(word), word)
        too_long = tf.gather(lengths, word) > MAX_WORD_CHARACTERS

        def shorten() -> Characters:
            codes = tf.where(too_long, self._unknown, characters.codes)
            return merge(characters._replace(codes=codes), begins_word | ~too_long)[0]

        return tf.cond(tf.reduce_any(too_long), shorten, lambda: characters)


def valid_utf8(texts: tf.Tensor) -> tf.Tensor:
    """The texts, if all are valid UTF-8; else `InvalidArgumentError`, which names the first."""
    repaired = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")
    return checked_rows(
        texts, repaired == texts, lambda wrong: ["text ", wrong, " is no valid UTF-8"]
    )


def _characters_of(
    characters: Characters, begins: tf.RaggedTensor, ends: tf.RaggedTensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The first and the last character of pieces whose places are known in bytes.

    begins, ends: ragged int64 [texts, (pieces)], within the UTF-8 of each text. Returns int
    [pieces].
    """
    codes = characters.codes
    widths = 1 + sum(tf.cast(codes >= least, tf.int64) for least in (0x80, 0x800, 0x10000))
    starts = tf.cumsum(widths, exclusive=True)  # in all texts, one after the other
    rows = tf.cast(characters.rows, tf.int64)
    bytes_of_text = tf.math.unsorted_segment_sum(widths, rows, begins.nrows())
    offsets = tf.gather(tf.cumsum(bytes_of_text, exclusive=True), begins.value_rowids())
    first = tf.searchsorted(starts, begins.values + offsets, side="right") - 1
    last = tf.searchsorted(starts, ends.values + offsets, side="left") - 1
    return first, last


def _unknown_letter(tokenizer: Tokenizer) -> str:
    """A letter that is no entry: alone it is [UNK]."""
    excluded = has_trait(traits(), Trait.STANDALONE | Trait.DELETED | Trait.JOINS)
    return next(
        chr(code)
        for code in range(CODES)
        if not excluded[code]
        and unicodedata.category(chr(code)) == "Lo"
        and chr(code) not in tokenizer.ids
    )
