"""Words and entities of tagged texts, inside a graph."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.downstream.metrics.entities import OUTSIDE, split_tag
from selectra_pipeline.serving.graph_characters import differs_from_last
from selectra_pipeline.serving.graph_tokenizer import Pieces

NO_TYPE = -1


class Spans(NamedTuple):
    """Words or entities of texts, one text after the other. Tensors [spans].

    Attributes:
        rows: the number of the text, int64, ascending.
        begins, ends: the place in the raw text, in characters.
        labels: tag of a word or type of an entity, string.
        scores: probability of a word's tag; of an entity, the mean over its words. float32.
    """

    rows: tf.Tensor
    begins: tf.Tensor
    ends: tf.Tensor
    labels: tf.Tensor
    scores: tf.Tensor


class TaggedWords(NamedTuple):
    """Words of all texts, one after the other. Tensors [words]."""

    rows: tf.Tensor
    begins: tf.Tensor
    ends: tf.Tensor
    tags: tf.Tensor
    scores: tf.Tensor


def tagged_words(pieces: Pieces, logits: tf.Tensor, continuation: np.ndarray) -> TaggedWords:
    """The tag of each word, which is what its first piece says, as in training.

    Args:
        logits: of the pieces, [pieces, tags].
        continuation: which entries of the vocabulary go on with a word.
    """
    begins_word = ~tf.gather(tf.constant(continuation), pieces.ids.values)
    word = tf.cumsum(tf.cast(begins_word, tf.int32)) - 1
    logits = tf.boolean_mask(logits, begins_word)  # [words, tags]
    return TaggedWords(
        tf.boolean_mask(pieces.ids.value_rowids(), begins_word),
        tf.boolean_mask(pieces.begins.values, begins_word),
        tf.math.segment_max(pieces.ends.values, word),
        tf.argmax(logits, axis=-1, output_type=tf.int32),
        tf.reduce_max(tf.nn.softmax(logits), axis=-1),
    )


def word_spans(words: TaggedWords, label_names: Sequence[str]) -> Spans:
    """Every word with the name of its tag."""
    return Spans(*words._replace(tags=tf.gather(tf.constant(label_names), words.tags)))


def entity_spans(words: TaggedWords, label_names: Sequence[str]) -> Spans:
    """The entities of the words' tags, as `downstream.metrics.entities` defines them."""
    type_names, types, goes_on = _tag_tables(label_names)
    kind = tf.gather(tf.constant(types), words.tags)
    follows_same = ~(differs_from_last(kind) | differs_from_last(words.rows))
    inside = kind != NO_TYPE
    begins = inside & ~(tf.gather(tf.constant(goes_on), words.tags) & follows_same)
    words = TaggedWords(*(tf.boolean_mask(x, inside) for x in words))
    kind = tf.boolean_mask(kind, begins)
    begins = tf.boolean_mask(begins, inside)
    entity = tf.cumsum(tf.cast(begins, tf.int32)) - 1
    return Spans(
        tf.boolean_mask(words.rows, begins),
        tf.boolean_mask(words.begins, begins),
        tf.math.segment_max(words.ends, entity),
        tf.gather(tf.constant(type_names, tf.string), kind),
        tf.math.segment_mean(words.scores, entity),
    )


def _tag_tables(label_names: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The types, and for each tag the number of its type and whether it goes on with an entity."""
    parts = [("", "") if name == OUTSIDE else split_tag(name) for name in label_names]
    names = sorted({kind for prefix, kind in parts if prefix})
    types = [names.index(kind) if prefix else NO_TYPE for prefix, kind in parts]
    return names, np.array(types, np.int32), np.array([prefix == "I" for prefix, _ in parts])
