"""Dynamic loss scaling: keeps small gradients above float16's smallest number."""

import tensorflow as tf

INITIAL = 2.0**15
GROWTH_STEPS = 2_000  # finite steps in a row after which the scale is doubled
SMALLEST = 1.0  # a scale that falls to here has no more to give


class LossScale(tf.Module):
    """A factor of the loss that halves when a gradient overflows and doubles after quiet steps.

    Micikevicius et al. 2018, section 3.2. Make it in the strategy's scope; its state belongs into
    checkpoints.
    """

    def __init__(self) -> None:
        super().__init__(name="loss_scale")
        # Every replica sees the same sums and computes the same update: any one's will do.
        aggregation = tf.VariableAggregation.ONLY_FIRST_REPLICA
        self.value = tf.Variable(INITIAL, trainable=False, aggregation=aggregation, name="value")
        self.quiet_steps = tf.Variable(
            0, trainable=False, aggregation=aggregation, name="quiet_steps"
        )

    def state(self) -> dict[str, tf.Variable]:
        """What a checkpoint must hold."""
        return {"loss_scale": self.value, "quiet_steps": self.quiet_steps}

    def update(self, finite: tf.Tensor) -> None:
        """Adjust the scale to whether this step's gradients were finite: bool scalar."""
        quiet_steps = tf.where(finite, self.quiet_steps + 1, 0)
        grown = quiet_steps >= GROWTH_STEPS
        factor = tf.where(finite, tf.where(grown, 2.0, 1.0), 0.5)
        self.value.assign(tf.maximum(self.value * factor, SMALLEST))
        self.quiet_steps.assign(tf.where(grown, 0, quiet_steps))
