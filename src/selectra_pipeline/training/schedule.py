"""The learning rate as a pure function of the step."""

import tensorflow as tf

from selectra_pipeline.config.schedule import ScheduleConfig


class PolynomialSchedule:
    """lr(t) = peak (1 - t/T)^power min(1, t/warmup), t counted from the last restart.

    T is the length of the cycle that t falls in: `total_steps` without restarts. The first step of
    a cycle has learning rate 0, as in the original (model/optimization.py), which has no restarts;
    those are SELECTRA's (model card).
    """

    def __init__(self, config: ScheduleConfig, total_steps: int) -> None:
        self.config = config
        self.total_steps = total_steps

    def __call__(self, step: int | tf.Tensor) -> tf.Tensor:
        """Learning rate of the optimisation step number `step`, counted from 0. float32 scalar."""
        step = tf.cast(step, tf.float32)
        start, end = self._cycle(step)
        done = tf.minimum((step - start) / (end - start), 1.0)
        decayed = self.config.peak * tf.pow(1.0 - done, self.config.decay_power)
        if self.config.warmup_steps == 0:
            return decayed
        return decayed * tf.minimum(1.0, (step - start) / self.config.warmup_steps)

    def _cycle(self, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """First step and end of the cycle that `step` falls in."""
        borders = tf.constant([0, *self.config.restarts, self.total_steps], tf.float32)
        passed = tf.reduce_sum(tf.cast(borders[1:-1] <= step, tf.int32))
        return borders[passed], borders[passed + 1]
