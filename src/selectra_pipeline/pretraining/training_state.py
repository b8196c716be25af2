"""What training changes: weights, optimizer slots, the step, the loss scale."""

from typing import NamedTuple, Self

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.assignment import assign_weights
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.initial_weights import InitialWeights
from selectra_pipeline.pretraining.loss_scale import LossScale
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import LearningRateSchedule


class TrainingState(NamedTuple):
    """All variables of a run; `loss_scale` is None but for float16."""

    model: Electra
    optimizer: AdamW
    loss_scale: LossScale | None

    @classmethod
    def create(
        cls,
        config: PretrainingConfig,
        vocab_size: int,
        initial_weights: InitialWeights | None = None,
    ) -> Self:
        """Make the variables, in the strategy's scope, as they are before the first step.

        Raises:
            InitialWeightsError: the initial weights do not fit the model.
        """
        model = Electra.create(
            config.architecture, vocab_size, config.precision, config.seed, config.objective
        )
        if initial_weights is not None:
            assign_weights(model, initial_weights)
        schedule = LearningRateSchedule(config.schedule, config.total_steps)
        return cls(
            model,
            AdamW(model.trainable_variables, config.optimizer, schedule),
            LossScale() if config.precision == "float16" else None,
        )

    def variables(self) -> dict[str, tf.Variable | dict[str, tf.Variable]]:
        """What a checkpoint must hold, by name: everything that the next step depends on."""
        return {
            "weights": self.model.weights_by_path(),
            **self.optimizer.state(),
            **({} if self.loss_scale is None else self.loss_scale.state()),
        }
