"""The step on all replicas: called by the host, some steps at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.pretraining.step import PretrainingStep, StepMetrics
from selectra_pipeline.records.reader import Batch


class StepSums(NamedTuple):
    """Sums over steps, and how many hosts were asked to stop (times steps)."""

    metrics: StepMetrics
    stop_requests: float


class DistributedStep:
    """Runs a step on every replica, and tells every host whether any of them wants to stop.

    Args:
        varying_lengths: batches come in a few lengths; each gets a graph of its own.
    """

    def __init__(
        self, strategy: tf.distribute.Strategy, step: PretrainingStep, varying_lengths: bool
    ) -> None:
        self.strategy, self.step = strategy, step
        self.varying_lengths = varying_lengths

    def __call__(self, batches: Iterator, count: int, stop: bool) -> StepSums:
        """Take `count` steps on the next batches of a distributed dataset's iterator.

        Args:
            stop: whether this host was asked to stop. It rides along with the metrics, which are
                summed over all hosts anyway, so that all stop after the same step.
        """
        wish = tf.constant(float(stop))
        if self.varying_lengths:
            totals = self._one_step(next(batches), wish)
        else:
            totals = self._steps(batches, tf.constant(count), wish)
        *metrics, stop_requests = totals.numpy().tolist()
        return StepSums(StepMetrics(*metrics), stop_requests)

    @tf.function
    def _steps(self, batches: Iterator, count: tf.Tensor, wish: tf.Tensor) -> tf.Tensor:
        totals = tf.zeros([len(StepMetrics._fields) + 1])
        for _ in tf.range(count):
            totals += self._on_all_replicas(next(batches), wish)
        return totals

    @tf.function(autograph=False)
    def _one_step(self, batch: Batch, wish: tf.Tensor) -> tf.Tensor:
        return self._on_all_replicas(batch, wish)

    # A step has no control flow that AutoGraph would have to convert: half the tracing time.
    @tf.autograph.experimental.do_not_convert
    def _on_all_replicas(self, batch: Batch, wish: tf.Tensor) -> tf.Tensor:
        """Sums over replicas of the metrics, in the order of `StepMetrics`, and of the wishes."""

        def on_replica(batch: Batch, wish: tf.Tensor) -> tf.Tensor:
            return tf.stack([*self.step(batch), wish])

        per_replica = self.strategy.run(on_replica, args=(batch, wish))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, per_replica, axis=None)
