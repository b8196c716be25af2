"""Whether an ONNX model says in onnxruntime what the served model says here."""

from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime

from selectra_pipeline.config.base import UserError
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.onnx_graph import INPUTS
from selectra_pipeline.serving.served_model import ServedModel

FLOAT_TOLERANCE = 1e-4  # of a logit, or of the largest one where that is above 1
INT8_TOLERANCE = 0.25  # of the logits' size: trained models differ by 1% to 5%

SEED = 5
LONGEST = 64  # word pieces of what is compared: longer inputs compute nothing else


class OnnxMismatchError(UserError):
    """An ONNX model that computes something else. The message says how to mend it."""


class Deviation(NamedTuple):
    """How far logits are from those of the served model.

    Attributes:
        largest: difference of a logit.
        largest_logit: of the served model, absolute.
        relative: root of the mean squared difference, as a share of that of the logits.
    """

    largest: float
    largest_logit: float
    relative: float


def verify(model: onnx.ModelProto, served: ServedModel, max_length: int, int8: bool) -> Deviation:
    """Run both models on batches of random words with padding and compare all logits.

    Raises:
        OnnxMismatchError: a logit of the float model differs by more than `FLOAT_TOLERANCE`, or
            those of the int8 model by more than `INT8_TOLERANCE` in the mean.
    """
    found = deviation(model, served, max_length)
    runtime = f"onnxruntime {onnxruntime.__version__}"
    # "not <=", for a logit that is not a number.
    if int8 and not found.relative <= INT8_TOLERANCE:
        raise OnnxMismatchError(
            f"with 8 bits {served.source} loses too much: its logits differ by "
            f"{found.relative:.0%} of their size in {runtime}, {INT8_TOLERANCE:.0%} is allowed; "
            "serve it as float, serving.formats=onnx"
        )
    if not int8 and not found.largest <= FLOAT_TOLERANCE * max(1.0, found.largest_logit):
        raise OnnxMismatchError(
            f"the ONNX model of {served.source} differs by {found.largest:.2g} in a logit in "
            f"{runtime}, {FLOAT_TOLERANCE} is allowed: nothing was written; try another version of "
            "onnxruntime"
        )
    return found


def deviation(model: onnx.ModelProto, served: ServedModel, max_length: int) -> Deviation:
    """Compare on two batches of unlike shape, with padding and second segments."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    draw = np.random.default_rng(SEED)
    longest = min(max_length, LONGEST)
    expected, got = [], []
    for rows, length in ((5, longest), (2, max(longest // 2, 2))):
        batch = _random_batch(draw, rows, length, served.tokenizer.size)
        expected.append(served.model(batch).numpy().ravel())
        feed = {name: array.astype(np.int64) for name, array in zip(INPUTS, batch, strict=True)}
        got.append(session.run(None, feed)[0].ravel())
    logits, difference = np.concatenate(expected), np.concatenate(got) - np.concatenate(expected)
    return Deviation(
        float(np.abs(difference).max()),
        float(np.abs(logits).max()),
        float(np.sqrt(np.mean(difference**2) / np.mean(logits**2))),
    )


def _random_batch(draw: np.random.Generator, rows: int, length: int, words: int) -> Batch:
    """Rows of unlike length, the first without padding, in two segments."""
    lengths = np.linspace(length, 2, rows, dtype=np.int32)[:, np.newaxis]
    places = np.arange(length)
    mask = (places < lengths).astype(np.int32)
    ids = draw.integers(0, words, (rows, length), dtype=np.int32)
    return Batch(ids * mask, mask, (places >= lengths // 2).astype(np.int32) * mask)
