"""Where the losses of other small ELECTRAs were: what a healthy run looks like.

Three points of runs with batches of 128 examples (`POINTS`), joined by straight lines over the
logarithm of the step, and a stated tolerance around them. The models, languages and lengths differ
(128 and 512 tokens), so the band is a hint, not a norm: a run far above it, or one that leaves it
upwards, deserves a look.
"""

import math
from typing import NamedTuple

import numpy as np

from selectra_pipeline.config.objective import ObjectiveConfig

BATCH_SIZE = 128  # of the runs that the points are from


class Point(NamedTuple):
    """Training losses in nats and AUC of the discriminator after so many steps."""

    step: int
    loss: float
    mlm_loss: float
    rtd_loss: float
    rtd_auc: float


POINTS = (
    Point(5_000, 25.1, 7.13, 0.359, 0.68),  # reported to google-research/electra
    Point(1_000_000, 9.12, 2.30, 0.137, 0.941),  # ConvBERT-small-es
)
RELATIVE_TOLERANCE = 0.15  # of the losses
AUC_TOLERANCE = 0.05
RTD_WEIGHT = 50.0  # in the loss of the points


class Band(NamedTuple):
    """A range of healthy values over steps: float [steps] each."""

    low: np.ndarray
    high: np.ndarray


def has_course(metric: str, objective: ObjectiveConfig) -> bool:
    """Whether the course of a metric is that of a run's: "loss" only where it is MLM + 50 RTD."""
    if metric != "loss":
        return True
    weights = (objective.mlm_weight, objective.rtd_weight)
    return objective.task == "electra" and objective.predicts_words and weights == (1.0, RTD_WEIGHT)


def healthy_band(metric: str, steps: np.ndarray, batch_size: int, vocab_size: int) -> Band:
    """The band of one of `Point`'s metrics.

    Steps of other batch sizes are compared by the examples seen. Before the first point the course
    comes from knowing nothing: MLM ln(vocab_size), RTD ln 2, AUC 0.5, loss MLM + 50 RTD. With a
    vocabulary so small that ln(vocab_size) is below a point, the point is lowered to that.

    Args:
        steps: of the run, from 1; float [steps].
    """
    start = _knowing_nothing(vocab_size)
    points = (start, *POINTS)
    values = [getattr(point, metric) for point in points]
    if metric == "mlm_loss":
        values = [min(value, start.mlm_loss) for value in values]
    comparable = np.maximum(1.0, np.asarray(steps) * batch_size / BATCH_SIZE)
    center = np.interp(np.log(comparable), np.log([point.step for point in points]), values)
    tolerance = AUC_TOLERANCE if metric == "rtd_auc" else RELATIVE_TOLERANCE * center
    return Band(center - tolerance, center + tolerance)


def _knowing_nothing(vocab_size: int) -> Point:
    mlm_loss, rtd_loss = math.log(vocab_size), math.log(2)
    return Point(1, mlm_loss + RTD_WEIGHT * rtd_loss, mlm_loss, rtd_loss, 0.5)
