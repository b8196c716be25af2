"""Texts to the inputs of the model inside a graph; what it can't take is refused, never cut."""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.graph_checks import checked, checked_rows
from selectra_pipeline.serving.graph_tokenizer import GraphTokenizer, Pieces
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class Limits(NamedTuple):
    """How much is taken at once.

    Attributes:
        max_length: word pieces of an input, [CLS] and [SEP]s included.
        max_batch: texts.
    """

    max_length: int
    max_batch: int


class GraphInputs:
    """Tokenizes texts and pairs of texts, and frames them as in training."""

    def __init__(self, tokenizer: Tokenizer, limits: Limits) -> None:
        self.limits = limits
        self._tokenizer = tokenizer
        # A function of its own, which all that use it share: the tables are stored once.
        self._tokenize = tf.function(
            GraphTokenizer(tokenizer),
            input_signature=[tf.TensorSpec([None], tf.string)],
            autograph=False,
        )

    def of_texts(self, texts: tf.Tensor) -> tuple[Pieces, Batch]:
        """[CLS] text [SEP] of each text, and its pieces.

        Args:
            texts: UTF-8, [texts].

        Raises:
            InvalidArgumentError: too many texts, one that is too long, or no valid UTF-8.
        """
        pieces = self._tokenize(self._not_too_many(texts))
        return pieces, self._framed(pieces.ids)

    def of_pairs(self, texts: tf.Tensor, second_texts: tf.Tensor) -> Batch:
        """[CLS] text [SEP] second text [SEP] of each pair, as segments 0 and 1.

        Raises:
            InvalidArgumentError: as `of_texts`, or the numbers of texts differ.
        """
        count, second_count = tf.size(texts), tf.size(second_texts)
        texts = checked(
            texts,
            count == second_count,
            [count, " texts, but ", second_count, " second texts: give as many of both"],
        )
        texts, second_texts = self._not_too_many(texts), self._not_too_many(second_texts)
        return self._framed(self._tokenize(texts).ids, self._tokenize(second_texts).ids)

    def _not_too_many(self, texts: tf.Tensor) -> tf.Tensor:
        count, most = tf.size(texts), self.limits.max_batch
        return checked(
            texts,
            count <= most,
            [count, f" texts are too many at once: give at most {most} (serving.max_batch)"],
        )

    def _framed(self, ids: tf.RaggedTensor, second_ids: tf.RaggedTensor | None = None) -> Batch:
        cls, sep = (
            tf.fill([ids.nrows(), 1], number)
            for number in (self._tokenizer.cls_id, self._tokenizer.sep_id)
        )
        framed = tf.concat([cls, ids, sep], axis=1)
        first_length = framed.row_lengths()
        if second_ids is not None:
            framed = tf.concat([framed, second_ids, sep], axis=1)
        framed = framed.with_values(self._not_too_long(framed.values, framed.row_lengths()))
        # A batch without texts has places for [CLS] and [SEP], too: heads look there.
        length = tf.maximum(2, tf.cast(framed.bounding_shape(axis=1), tf.int32))
        input_ids = framed.to_tensor(self._tokenizer.pad_id)  # [texts, seq]
        missing = length - tf.shape(input_ids)[1]
        input_ids = tf.pad(input_ids, [[0, 0], [0, missing]])
        real = tf.sequence_mask(framed.row_lengths(), length)
        in_second = real & ~tf.sequence_mask(first_length, length)
        return Batch(input_ids, tf.cast(real, tf.int32), tf.cast(in_second, tf.int32))

    def _not_too_long(self, ids: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        most = self.limits.max_length
        return checked_rows(
            ids,
            lengths <= most,
            lambda number: [
                *("text ", number, " has ", tf.gather(lengths, number)),
                f" word pieces, [CLS] and [SEP] included, where {most} is the limit "
                "(serving.max_length): break it into shorter texts",
            ],
        )
