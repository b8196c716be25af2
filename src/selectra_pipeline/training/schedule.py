"""The learning rate as a pure function of the step.

In every cycle of length T, at its step t from 0, with w warm-up steps:

    lr(t) = peak min(1, t/w) decay(t)

so the first step of a cycle has learning rate 0, unless w is 0. Every decay reaches 0 at t = T,
which is the first step of the next cycle: the last step of a cycle still trains.
"""

import math
from types import ModuleType
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.schedule import ScheduleConfig

Numbers = tf.Tensor | np.ndarray


class CyclePosition(NamedTuple):
    """Where steps lie in their cycles; whole numbers of steps, as floats of any one shape."""

    done: Numbers  # t
    left: Numbers  # T - t, never negative
    length: Numbers  # T


class LearningRateSchedule:
    """The learning rate of each step of a run.

    Args:
        config: its kind, peak, warm-up and restarts.
        total_steps: where the last cycle ends. The rate is 0 from there on.

    Example:
        >>> schedule = LearningRateSchedule(ScheduleConfig(peak=1.0, warmup_steps=2), 10)
        >>> schedule.planned(np.arange(4))
        array([0.  , 0.45, 0.8 , 0.7 ])
    """

    def __init__(self, config: ScheduleConfig, total_steps: int) -> None:
        self.config = config
        self.borders = np.array([0, *config.restarts, total_steps], np.int32)

    def __call__(self, step: int | tf.Tensor) -> tf.Tensor:
        """Learning rates of the optimisation steps number `step`, from 0: float32, same shape.

        Differences are taken of whole numbers, so that late steps are as exact as early ones.
        """
        step = tf.cast(step, tf.int32)
        # Looked up even where there is one cycle: a constant length would let the compiler
        # multiply by its reciprocal, and a continued run would differ in the last bit.
        begun = tf.reduce_sum(tf.cast(self.borders[:-1] <= step[..., tf.newaxis], tf.int32), -1)
        start, end = tf.gather(self.borders, begun - 1), tf.gather(self.borders, begun)
        steps = (step - start, tf.maximum(end - step, 0), end - start)
        return self._rate(CyclePosition(*(tf.cast(n, tf.float32) for n in steps)), tf)

    def planned(self, steps: np.ndarray) -> np.ndarray:
        """As calling it, in float64 and without TensorFlow: for plots and comparisons."""
        begun = np.searchsorted(self.borders[:-1], steps, side="right")
        start, end = self.borders[begun - 1], self.borders[begun]
        position = (steps - start, np.maximum(end - steps, 0), end - start)
        return self._rate(CyclePosition(*(n.astype(np.float64) for n in position)), np)

    def _rate(self, position: CyclePosition, library: ModuleType) -> Numbers:
        decay = DECAYS[self.config.kind](self.config, position, library)
        rate = self.config.peak * decay
        if self.config.warmup_steps == 0:
            return rate
        return rate * library.minimum(1.0, position.done / self.config.warmup_steps)


def polynomial_decay(
    config: ScheduleConfig, position: CyclePosition, library: ModuleType
) -> Numbers:
    """(1 - t/T)^power: from the first step on, also while warming up.

    Source: google-research/electra, model/optimization.py, which has no restarts; those are
    SELECTRA's (model card).
    """
    return (position.left / position.length) ** config.decay_power


def cosine_decay(config: ScheduleConfig, position: CyclePosition, library: ModuleType) -> Numbers:
    """(1 + cos(pi (t - w) / (T - w))) / 2 after the warm-up.

    Written as sin^2(pi/2 (T - t) / (T - w)), which is the same and loses no digits near the end.
    Source: Loshchilov and Hutter 2017 (SGDR), equation 5, with a lowest rate of 0.
    """
    left = position.left / (position.length - config.warmup_steps)
    return library.sin(math.pi / 2 * library.minimum(1.0, left)) ** 2


def cooldown_decay(config: ScheduleConfig, position: CyclePosition, library: ModuleType) -> Numbers:
    """min(1, (T - t) / c): constant, and linear to 0 over the last c steps.

    Source: Zhai et al. 2022 (Scaling Vision Transformers), section 3.5, "cooldown"; Hägele et al.
    2024 (Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations).
    """
    # The rate would be 0 only after the last step, so cooldowns of 0 and of 1 step are the same.
    return library.minimum(1.0, position.left / max(1, config.cooldown_steps))


DECAYS = {
    "polynomial": polynomial_decay,
    "cosine": cosine_decay,
    "constant_with_cooldown": cooldown_decay,
}
