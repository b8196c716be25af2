"""Which words of a text look replaced: the discriminator at work, sentence by sentence."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.served_model import ServedModel, load_served
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

MARK = "replaced"


class Detection(NamedTuple):
    """The discriminator's judgement of one word piece.

    Attributes:
        piece: a vocabulary entry; [CLS] and [SEP] frame each line.
        logit: above 0 where the piece looks replaced.
        probability: of its being replaced, the logit's sigmoid.
    """

    piece: str
    logit: float
    probability: float


def load_discriminator(model: Manifest, vocabulary: VocabularyConfig) -> ServedModel:
    """The discriminator of an export or an import.

    Raises:
        ConfigError: there is none, or it can't be read.
        VocabularyError: its tokenizer strips accents, and nobody agreed to that.
    """
    if "discriminator" not in model.shards:
        raise ConfigError(
            f"{model.directory} holds no discriminator: a run with pretraining.objective.task=mlm "
            "trains none; name a run of task=electra (--params run=NAME)"
        )
    return load_served(model.directory, vocabulary)


def detect_replaced(discriminator: ServedModel, text: str) -> list[list[Detection]]:
    """Judge every word piece of a text, each line on its own; blank lines are passed over.

    Returns:
        the detections of each line, [CLS] and [SEP] included.

    Raises:
        ConfigError: the text is blank, or a line is longer than the model can read.
    """
    tokenizer = discriminator.tokenizer
    rows = encode_lines(tokenizer, text, discriminator.config.max_position_embeddings)
    ragged = tf.ragged.constant(rows, dtype=tf.int32)
    input_ids = ragged.to_tensor(default_value=tokenizer.pad_id)  # [lines, seq]
    input_mask = tf.sequence_mask(ragged.row_lengths(), dtype=tf.int32)
    logits = discriminator.model(Batch(input_ids, input_mask, tf.zeros_like(input_ids)))
    probabilities = tf.sigmoid(logits)
    return [
        [
            Detection(tokenizer.vocabulary[number], float(logit), float(probability))
            # A row of ids ends where the padding of the others begins.
            for number, logit, probability in zip(*columns, strict=False)
        ]
        for columns in zip(rows, logits.numpy(), probabilities.numpy(), strict=True)
    ]


def encode_lines(tokenizer: Tokenizer, text: str, max_length: int) -> list[list[int]]:
    """[CLS] line [SEP] as ids, for every line that is not blank.

    Raises:
        ConfigError: all are blank, or one has more than `max_length` ids.
    """
    rows = []
    for number, ids in enumerate(tokenizer.encode_batch(text.split("\n")), start=1):
        if not ids:
            continue
        row = [tokenizer.cls_id, *ids, tokenizer.sep_id]
        if len(row) > max_length:
            raise ConfigError(
                f"line {number} has {len(row)} word pieces with [CLS] and [SEP], the model reads "
                f"{max_length} at most; break it into shorter lines"
            )
        rows.append(row)
    if not rows:
        raise ConfigError(f"the text is blank: {text!r}; give at least one word")
    return rows


def format_detection(lines: Sequence[Sequence[Detection]]) -> str:
    """A table for each line of text: piece, logit, probability, and a mark where the logit > 0."""
    width = max(len(detection.piece) for detections in lines for detection in detections)
    header = f"{'piece':<{width}}  {'logit':>7}  {'prob.':>6}"
    return "\n\n".join(
        "\n".join([header, *(_format_row(detection, width) for detection in detections)])
        for detections in lines
    )


def _format_row(detection: Detection, width: int) -> str:
    mark = f"  {MARK}" if detection.logit > 0 else ""
    piece, logit, probability = detection
    return f"{piece:<{width}}  {logit:7.2f}  {probability:6.3f}{mark}"
