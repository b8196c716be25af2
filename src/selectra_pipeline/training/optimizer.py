"""AdamW as the original has it: decoupled weight decay, no bias correction."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from selectra_pipeline.config.pretraining import OptimizerConfig

# Variables without weight decay, by the last part of their path.
NO_DECAY = ("bias", "gamma", "beta")

LearningRate = Callable[[tf.Tensor], tf.Tensor]


class AdamW(tf.Module):
    """m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;  w -= lr (m / (sqrt(v) + eps) + decay w).

    Without bias correction, and without decay for biases and LayerNorm weights (original:
    model/optimization.py, AdamWeightDecayOptimizer). Make it in the strategy's scope: all its
    state is created here, none inside the traced step.

    Args:
        variables: what to train; the gradients of `apply` come in this order.
        learning_rate: from the step, int64 scalar, to the learning rate, float32 scalar. It is
            computed in every step and held in no variable, so a restored checkpoint can't
            override the configuration.
        rate_factors: what the learning rate of each variable is multiplied by; None means 1.
    """

    def __init__(
        self,
        variables: Sequence[keras.Variable],
        config: OptimizerConfig,
        learning_rate: LearningRate,
        rate_factors: Sequence[float] | None = None,
    ) -> None:
        super().__init__(name="adamw")
        self.config = config
        self.learning_rate = learning_rate
        self.rate_factors = [1.0] * len(variables) if rate_factors is None else list(rate_factors)
        self.paths = [variable.path for variable in variables]
        self.trained = [variable.value for variable in variables]
        self.decay = [config.weight_decay if decays(v.path) else 0.0 for v in variables]
        self.step = tf.Variable(0, trainable=False, dtype=tf.int64, name="step")
        self.first = [self._slot(v, "m") for v in variables]
        self.second = [self._slot(v, "v") for v in variables]

    @staticmethod
    def _slot(variable: keras.Variable, name: str) -> tf.Variable:
        return tf.Variable(
            tf.zeros(variable.shape, tf.float32), trainable=False, name=f"{variable.path}/{name}"
        )

    def state(self) -> dict[str, tf.Variable | dict[str, tf.Variable]]:
        """What a checkpoint must hold: the step, and both moments by the path of their variable."""
        return {
            "step": self.step,
            "first": dict(zip(self.paths, self.first, strict=True)),
            "second": dict(zip(self.paths, self.second, strict=True)),
        }

    def apply(self, gradients: Sequence[tf.Tensor], only_if: tf.Tensor | None = None) -> None:
        """One optimisation step. Call it in replica context; gradients are global sums already.

        Args:
            only_if: bool scalar; where it is false the step is counted, but changes nothing.
        """
        context = tf.distribute.get_replica_context()
        context.merge_call(self._update_all, args=(list(gradients), only_if))

    def _update_all(
        self,
        strategy: tf.distribute.Strategy,
        gradients: list[tf.Tensor],
        only_if: tf.Tensor | None,
    ) -> None:
        rate = tf.cast(self.learning_rate(tf.identity(self.step)), tf.float32)
        for variable, gradient, first, second, decay, factor in zip(
            self.trained,
            gradients,
            self.first,
            self.second,
            self.decay,
            self.rate_factors,
            strict=True,
        ):
            update = self._update_with_decay(decay)
            arguments = (gradient, first, second, rate * factor, only_if)
            strategy.extended.update(variable, update, args=arguments, group=False)
        strategy.extended.update(self.step, lambda step: step.assign_add(1), group=False)

    def _update_with_decay(self, decay: float) -> Callable[..., None]:
        config = self.config

        def update(variable, gradient, first, second, rate, only_if) -> None:
            def change() -> None:
                if decay:
                    variable.assign_sub(rate * decay * variable)
                # One kernel for all of the rest. Powers of 0 switch its bias correction off.
                tf.raw_ops.ResourceApplyAdam(
                    var=variable.handle,
                    m=first.handle,
                    v=second.handle,
                    beta1_power=0.0,
                    beta2_power=0.0,
                    lr=rate,
                    beta1=config.beta_1,
                    beta2=config.beta_2,
                    epsilon=config.epsilon,
                    grad=gradient,
                )

            if only_if is None:
                change()
            else:
                tf.cond(only_if, change, lambda: None)

        return update


def decays(path: str) -> bool:
    """Whether weight decay applies to the variable with this path."""
    return not path.endswith(NO_DECAY)
