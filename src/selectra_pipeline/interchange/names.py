"""What our variables are called in the original's checkpoints and in Hugging Face's files.

One table serves every import and export: it is read from our names to theirs and back.
"""

import difflib
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

import numpy as np

from selectra_pipeline.config.architecture import EncoderName

MODEL = "electra/"  # our model's name, which begins every `variable.path`

# One layer or table a line: ours | google-research/electra (TensorFlow 1) | Hugging Face.
# "*" stands for the layer's variables, "#" for a number. {ours} and {original} name the encoder:
# the original calls its discriminator "electra", Hugging Face calls either encoder "electra".
SHARED = """
embeddings/word_embeddings       | electra/embeddings/word_embeddings       | electra.embeddings.word_embeddings.weight
embeddings/token_type_embeddings | electra/embeddings/token_type_embeddings | electra.embeddings.token_type_embeddings.weight
embeddings/position_embeddings   | electra/embeddings/position_embeddings   | electra.embeddings.position_embeddings.weight
embeddings/LayerNorm/*           | electra/embeddings/LayerNorm/*           | electra.embeddings.LayerNorm.*
"""  # noqa: E501 - a table is read by its columns
ENCODER = """
{ours}/embeddings_project/*          | {original}/embeddings_project/*                         | electra.embeddings_project.*
{ours}/layer_#/attention/query/*     | {original}/encoder/layer_#/attention/self/query/*       | electra.encoder.layer.#.attention.self.query.*
{ours}/layer_#/attention/key/*       | {original}/encoder/layer_#/attention/self/key/*         | electra.encoder.layer.#.attention.self.key.*
{ours}/layer_#/attention/value/*     | {original}/encoder/layer_#/attention/self/value/*       | electra.encoder.layer.#.attention.self.value.*
{ours}/layer_#/attention_output/*    | {original}/encoder/layer_#/attention/output/dense/*     | electra.encoder.layer.#.attention.output.dense.*
{ours}/layer_#/attention_LayerNorm/* | {original}/encoder/layer_#/attention/output/LayerNorm/* | electra.encoder.layer.#.attention.output.LayerNorm.*
{ours}/layer_#/intermediate/*        | {original}/encoder/layer_#/intermediate/dense/*         | electra.encoder.layer.#.intermediate.dense.*
{ours}/layer_#/output/*              | {original}/encoder/layer_#/output/dense/*               | electra.encoder.layer.#.output.dense.*
{ours}/layer_#/output_LayerNorm/*    | {original}/encoder/layer_#/output/LayerNorm/*           | electra.encoder.layer.#.output.LayerNorm.*
"""  # noqa: E501
DISCRIMINATOR_HEAD = """
discriminator_head/dense/*            | discriminator_predictions/dense/*   | discriminator_predictions.dense.*
discriminator_head/dense_prediction/* | discriminator_predictions/dense_1/* | discriminator_predictions.dense_prediction.*
"""  # noqa: E501
GENERATOR_HEAD = """
generator_head/dense/*     | generator_predictions/dense/*      | generator_predictions.dense.*
generator_head/LayerNorm/* | generator_predictions/LayerNorm/*  | generator_predictions.LayerNorm.*
generator_head/bias        | generator_predictions/output_bias  | generator_lm_head.bias
"""
# Heads of fine-tuned models; the original's are named otherwise, and are not read.
TASK_HEADS = """
head/dense/*      | | classifier.dense.*
head/out_proj/*   | | classifier.out_proj.*
head/classifier/* | | classifier.*
head/qa_outputs/* | | qa_outputs.*
"""

# A layer's variables: ours and the original's | Hugging Face's.
DENSE_VARIABLES = (("kernel", "weight"), ("bias", "bias"))
NORM_VARIABLES = (("gamma", "weight"), ("beta", "bias"))

# What else stands in their files, as patterns.
ORIGINAL_STATE = r"global_step|.*/adam_[mv]"  # the step, and the optimizer's slots
HUGGING_FACE_BUFFER = r"electra\.embeddings\.(position|token_type)_ids"  # in older files
HUGGING_FACE_OUTPUT = r"generator_lm_head\.weight"  # the word table once more, in older files
OLD_NORM_VARIABLE = r"(?<=LayerNorm\.)(gamma|beta)$"  # in the oldest Hugging Face files


class Names(NamedTuple):
    """The names of one variable; "#" in them stands for a layer's number.

    Attributes:
        ours: `variable.path` of our model.
        original: in a checkpoint of google-research/electra.
        hugging_face: in the file of the encoder that the variable belongs to.
    """

    ours: str
    original: str
    hugging_face: str


def _rows(table: str) -> Iterator[Names]:
    for line in table.strip().splitlines():
        ours, original, hugging_face = (column.strip() for column in line.split("|"))
        if not ours.endswith("*"):
            yield Names(MODEL + ours, original, hugging_face)
            continue
        for variable, theirs in NORM_VARIABLES if "LayerNorm" in ours else DENSE_VARIABLES:
            yield Names(
                MODEL + ours.replace("*", variable),
                original.replace("*", variable),
                hugging_face.replace("*", theirs),
            )


# A model that Hugging Face has one file for: an encoder of pre-training, or a fine-tuned one.
Part = EncoderName | Literal["task"]

TABLE: dict[Part, tuple[Names, ...]] = {
    "discriminator": (
        *_rows(SHARED),
        *_rows(ENCODER.format(ours="discriminator", original="electra")),
        *_rows(DISCRIMINATOR_HEAD),
    ),
    "generator": (
        *_rows(SHARED),
        *_rows(ENCODER.format(ours="generator", original="generator")),
        *_rows(GENERATOR_HEAD),
    ),
    "task": (
        *_rows(SHARED),
        *_rows(ENCODER.format(ours="discriminator", original="electra")),
        *_rows(TASK_HEADS),
    ),
}


class UnknownNameError(KeyError):
    """A variable that the table does not list."""

    def __str__(self) -> str:
        return self.args[0]  # KeyError would print the message in quotes


def original_name(path: str) -> str:
    """Our path -> the original's name."""
    return _translate(path, "ours", "original", get_args(EncoderName))


def path_from_original(name: str) -> str:
    """The original's name -> our path."""
    return _translate(name, "original", "ours", get_args(EncoderName))


def hugging_face_name(path: str, part: Part) -> str:
    """Our path -> the name in Hugging Face's file of an encoder or a fine-tuned model."""
    return _translate(path, "ours", "hugging_face", (part,))


def path_from_hugging_face(name: str, part: Part) -> str:
    """The name in Hugging Face's file of an encoder or a fine-tuned model -> our path."""
    name = re.sub(OLD_NORM_VARIABLE, lambda old: dict(NORM_VARIABLES)[old[0]], name)
    return _translate(name, "hugging_face", "ours", (part,))


def transpose_kernel(path: str, value: np.ndarray) -> np.ndarray:
    """Kernels are [in, out] here and in the original, [out, in] in Hugging Face's files.

    Serves both directions; other variables are returned as they are.
    """
    return np.ascontiguousarray(value.T) if path.endswith("/kernel") else value


def _translate(name: str, source: str, target: str, encoders: tuple[Part, ...]) -> str:
    number = re.search(r"(?<=layer[_.])\d+", name)
    pattern = re.sub(r"(?<=layer[_.])\d+", "#", name)
    for encoder in encoders:
        for row in TABLE[encoder]:
            if getattr(row, source) == pattern:
                return getattr(row, target).replace("#", number[0] if number else "")
    known = [getattr(row, source) for encoder in encoders for row in TABLE[encoder]]
    nearest = difflib.get_close_matches(pattern, known, n=1, cutoff=0)
    raise UnknownNameError(
        f"{name!r} is no variable of the {' or the '.join(encoders)}; the nearest known is "
        f"{nearest[0]!r}. A new variable needs a line in the tables of {__name__}"
    )
