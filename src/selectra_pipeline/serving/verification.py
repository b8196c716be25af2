"""Whether a SavedModel answers what the model does that it was made from."""

from collections.abc import Iterable
from pathlib import Path as LocalPath
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # its operations are needed to load the graph

from selectra_pipeline.config.base import UserError
from selectra_pipeline.downstream.metrics.entities import entities
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.graph_inputs import Limits
from selectra_pipeline.serving.served_model import ServedModel
from selectra_pipeline.serving.signatures import DEFAULT, has_entities

TOLERANCE = 1e-4

SAMPLES = (
    "¿Cuándo llegó Inés García a León?",
    "El camio\u0301n cruzó la frontera con 3 personas. ¡Olé! 😀",
    "La niña\u00a0vio un pin\u00adgüino;\tnadie más lo vio.",
    "Sí",
    "",
    f"Una palabra de {'a' * 101} letras",
)


class ServingError(UserError, RuntimeError):
    """A served model that does not answer what it should. The message says how to mend it."""


def fitting_samples(served: ServedModel, limits: Limits) -> list[str]:
    """Texts that the model takes: those of `SAMPLES`, without the words that are too many."""
    return [_fitting(text, served, limits.max_length) for text in SAMPLES]


def verify(folder: LocalPath, served: ServedModel, limits: Limits) -> None:
    """Load a SavedModel and compare its default signature with the model itself.

    Raises:
        ServingError: it gives other texts, or numbers that differ by more than `TOLERANCE`.
    """
    answer = tf.saved_model.load(str(folder)).signatures[DEFAULT]
    samples = fitting_samples(served, limits)
    for start in range(0, len(samples), limits.max_batch):
        texts = samples[start : start + limits.max_batch]
        outputs = answer(texts=tf.constant(texts))
        for number, text in enumerate(texts):
            for name, expected in expected_outputs(served, text).items():
                _compare(text, name, outputs[name][number].numpy(), expected)


def expected_outputs(served: ServedModel, text: str) -> dict[str, np.ndarray]:
    """What the default signature should give for a text, without padding and places."""
    tokenizer = served.tokenizer
    ids = tokenizer.encode(text)
    framed = np.array([[tokenizer.cls_id, *ids, tokenizer.sep_id]], np.int32)
    batch = Batch(framed, np.ones_like(framed), np.zeros_like(framed))
    logits = served.model(batch)[0].numpy()
    if served.kind == "classifier":
        return _expected_class(served, logits)
    if served.kind == "tagger":
        first = np.flatnonzero(~tokenizer.continuation[ids]) + 1  # [CLS] is before the pieces
        return _expected_spans(served, _softmax(logits[first]))
    return {
        "counts": np.array(len(ids)),
        "pieces": _strings(tokenizer.vocabulary[i] for i in ids),
        "replaced": 1 / (1 + np.exp(-logits[1:-1])),
    }


def _expected_class(served: ServedModel, logits: np.ndarray) -> dict[str, np.ndarray]:
    if not served.label_names:
        return {"values": logits[0]}
    best = served.label_names[int(np.argmax(logits))]
    return {"labels": np.array(best.encode(), object), "probabilities": _softmax(logits)}


def _expected_spans(served: ServedModel, probabilities: np.ndarray) -> dict[str, np.ndarray]:
    """Of words' probabilities, [words, tags]."""
    tags = [served.label_names[number] for number in probabilities.argmax(axis=-1)]
    scores = probabilities.max(axis=-1)
    if not has_entities(served):
        return {"counts": np.array(len(tags)), "tags": _strings(tags), "scores": scores}
    found = entities(tags)
    return {
        "counts": np.array(len(found)),
        "types": _strings(entity.type for entity in found),
        "scores": np.array([scores[entity.start : entity.end].mean() for entity in found]),
    }


def _compare(text: str, name: str, found: Any, expected: np.ndarray) -> None:
    found = np.asarray(found)[tuple(map(slice, expected.shape))]
    if expected.dtype == object:
        agrees = np.array_equal(found, expected)
    else:
        agrees = found.shape == expected.shape and np.allclose(
            found, expected, rtol=0, atol=TOLERANCE
        )
    if not agrees:
        raise ServingError(
            f"the SavedModel answers {text!r} with {name}={found.tolist()}, the model itself with "
            f"{expected.tolist()}: it was not kept. Are tensorflow and tensorflow-text of one "
            "version (pip list)?"
        )


def _fitting(text: str, served: ServedModel, max_length: int) -> str:
    while len(served.tokenizer.encode(text)) + 2 > max_length:
        text = text[:-1]
    return text


def _strings(texts: Iterable[str]) -> np.ndarray:
    return np.array([text.encode() for text in texts], object)


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)
