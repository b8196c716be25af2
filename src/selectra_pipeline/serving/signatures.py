"""What a served model answers: functions from raw texts to named tensors, by its kind.

All outputs are dense, [texts, ...]. Rows of pieces, words and entities are padded at the end, with
"" for texts, -1 for places and 0 for numbers; `counts` says how many there are in each row. Places
are in characters (code points) of the raw text, ends exclusive.
"""

from collections.abc import Callable

import tensorflow as tf

from selectra_pipeline.downstream.metrics.entities import OUTSIDE
from selectra_pipeline.downstream.tasks.words import ENTITY_TAG
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.graph_entities import (
    Spans,
    TaggedWords,
    entity_spans,
    tagged_words,
    word_spans,
)
from selectra_pipeline.serving.graph_inputs import GraphInputs, Limits
from selectra_pipeline.serving.graph_tokenizer import Pieces
from selectra_pipeline.serving.served_model import ServedModel

Outputs = dict[str, tf.Tensor]
Signature = Callable[..., Outputs]

DEFAULT = "serving_default"
TOKENS = tf.TensorSpec([None, None], tf.int32)
NO_PLACE = -1


def has_entities(served: ServedModel) -> bool:
    """Whether a tagger's tags are those of entities."""
    names = served.label_names
    return OUTSIDE in names and all(map(ENTITY_TAG.fullmatch, names)) and len(names) > 1


def signatures(served: ServedModel, limits: Limits) -> dict[str, Signature]:
    """The functions of a model by name, the first of which is the default."""
    graph = _Graph(served, limits)
    by_kind: dict[str, dict[str, Signature]] = {
        "discriminator": {"replaced_tokens": graph.replaced_tokens},
        "classifier": {"classify": graph.classify, "pairs": graph.classify_pairs},
        "tagger": {"words": graph.words},
    }
    found = by_kind[served.kind]
    if served.kind == "tagger" and has_entities(served):
        found = {"entities": graph.entities, **found}
    return {**found, "embeddings": graph.embeddings}


class _Graph:
    """A model between raw texts and outputs."""

    def __init__(self, served: ServedModel, limits: Limits) -> None:
        self.served = served
        self._inputs = GraphInputs(served.tokenizer, limits)
        self._states = tf.function(
            served.model.states, input_signature=[Batch(TOKENS, TOKENS, TOKENS)], autograph=False
        )

    def replaced_tokens(self, texts: tf.Tensor) -> Outputs:
        """Each piece with the probability of its having been replaced; no [CLS], no [SEP]."""
        pieces, batch = self._inputs.of_texts(texts)
        logits = self._logits(batch)  # [texts, seq]
        probabilities = pieces.ids.with_values(tf.sigmoid(_of_pieces(logits, pieces)))
        names = tf.gather(tf.constant(self.served.tokenizer.vocabulary), pieces.ids)
        return {
            "pieces": names.to_tensor(""),
            "replaced": probabilities.to_tensor(0.0),
            "begins": pieces.begins.to_tensor(NO_PLACE),
            "ends": pieces.ends.to_tensor(NO_PLACE),
            "counts": tf.cast(pieces.ids.row_lengths(), tf.int32),
        }

    def classify(self, texts: tf.Tensor) -> Outputs:
        """The likeliest class and the probabilities of all, or the value."""
        return self._classes(self._inputs.of_texts(texts)[1])

    def classify_pairs(self, texts: tf.Tensor, second_texts: tf.Tensor) -> Outputs:
        """What `classify` gives, of pairs."""
        return self._classes(self._inputs.of_pairs(texts, second_texts))

    def entities(self, texts: tf.Tensor) -> Outputs:
        """The entities of each text: place, type, text, and the mean score of their words."""
        words = self._tagged(texts)
        spans = entity_spans(words, self.served.label_names)
        return _dense(texts, spans, "types")

    def words(self, texts: tf.Tensor) -> Outputs:
        """The words of each text: place, tag, text, and the probability of the tag."""
        return _dense(texts, word_spans(self._tagged(texts), self.served.label_names), "tags")

    def embeddings(self, texts: tf.Tensor) -> Outputs:
        """The encoder's last states: the mean over all pieces, and that of [CLS].

        [CLS] and [SEP] count as pieces, so that an empty text has a mean too.
        """
        _, batch = self._inputs.of_texts(texts)
        states = self._states(batch)  # [texts, seq, hidden]
        weights = tf.cast(batch.input_mask, states.dtype)[:, :, tf.newaxis]
        mean = tf.reduce_sum(states * weights, axis=1) / tf.reduce_sum(weights, axis=1)
        return {"mean": mean, "cls": states[:, 0]}

    def _logits(self, batch: Batch) -> tf.Tensor:
        return self.served.model.head(self._states(batch))

    def _classes(self, batch: Batch) -> Outputs:
        logits = self._logits(batch)  # [texts, classes]
        names = self.served.label_names
        if not names:
            return {"values": logits[:, 0]}
        classes = tf.constant(names)
        return {
            "labels": tf.gather(classes, tf.argmax(logits, axis=-1)),
            "probabilities": tf.nn.softmax(logits),
            "classes": tf.tile(classes[tf.newaxis], [tf.shape(logits)[0], 1]),
        }

    def _tagged(self, texts: tf.Tensor) -> TaggedWords:
        pieces, batch = self._inputs.of_texts(texts)
        logits = _of_pieces(self._logits(batch), pieces)  # [pieces, tags]
        return tagged_words(pieces, logits, self.served.tokenizer.continuation)


def _of_pieces(outputs: tf.Tensor, pieces: Pieces) -> tf.Tensor:
    """Those of the pieces, one text after the other: [texts, seq, ...] -> [pieces, ...]."""
    outputs = outputs[:, 1:-1]  # not of [CLS]; the last [SEP] is masked below, as padding is
    mask = tf.sequence_mask(pieces.ids.row_lengths(), tf.shape(outputs)[1])
    return tf.boolean_mask(outputs, mask)


def _dense(texts: tf.Tensor, spans: Spans, label: str) -> Outputs:
    """Spans as a row for each text; their labels are called `label`."""
    count = tf.size(texts, tf.int64)

    def rows(values: tf.Tensor, padding: str | float) -> tf.Tensor:
        return tf.RaggedTensor.from_value_rowids(values, spans.rows, count).to_tensor(padding)

    shown = tf.strings.substr(
        tf.gather(texts, spans.rows), spans.begins, spans.ends - spans.begins, unit="UTF8_CHAR"
    )
    counts = tf.math.bincount(tf.cast(spans.rows, tf.int32), minlength=tf.size(texts))
    return {
        label: rows(spans.labels, ""),
        "texts": rows(shown, ""),
        "scores": rows(spans.scores, 0.0),
        "begins": rows(spans.begins, NO_PLACE),
        "ends": rows(spans.ends, NO_PLACE),
        "counts": counts,
    }
