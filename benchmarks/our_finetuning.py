"""This project's fine-tuning and prediction, a pass over the examples at a time."""

import itertools
from collections.abc import Callable

from sentences import BATCH, MAX_LENGTH, Sentences

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.electra import Electra

TOTAL_STEPS = 10_000  # more than are taken: the learning rate stays above zero


def create(
    data: Sentences, architecture: ArchitectureConfig, precision: str
) -> dict[str, Callable[[], float]]:
    """Training and prediction, by task. Each returns the number of examples seen."""
    config = FinetuningConfig(batch_size=BATCH, max_length=MAX_LENGTH, precision=precision)
    electra = Electra.create(architecture, data.vocab_size, precision, config.seed)
    encoder, weights = electra.discriminator_config, electra.weights_by_path()
    model = TaskModel.create(encoder, data.task.head(encoder), weights, config.seed, precision)
    finetuning = Finetuning(model, TOTAL_STEPS, config, data.task)
    batches = LengthBatches(data.examples, BATCH, MAX_LENGTH, data.task.label_spec)
    epochs = itertools.count()

    def train() -> float:
        for group in batches.shuffled((config.seed, next(epochs))):
            finetuning.train(batches.pad(group))
        finetuning.optimizer.step.numpy()  # waits for the last step
        return len(data.examples)

    def predict() -> float:
        for group in batches.in_order():
            finetuning.predict(batches.pad(group).inputs).numpy()
        return len(data.examples)

    return {"training": train, "prediction": predict}
