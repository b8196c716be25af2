"""This project's fine-tuning and prediction, a pass over the examples at a time."""

import itertools
from collections.abc import Callable

from sentences import BATCH, MAX_LENGTH, Sentences

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import TRAINING_PASSES, encoder_flops
from selectra_pipeline.pretraining.device_speed import measure_flops
from selectra_pipeline.training.single_device import single_device

TOTAL_STEPS = 10_000  # more than are taken: the learning rate stays above zero
WARM_UP_EPOCHS = 20  # whose shapes are compiled in the first pass


def create(
    data: Sentences, architecture: ArchitectureConfig, precision: str
) -> dict[str, Callable[[], float]]:
    """Training and prediction, by task. Each returns the number of examples seen."""
    config = FinetuningConfig(batch_size=BATCH, max_length=MAX_LENGTH, precision=precision)
    electra = Electra.create(architecture, data.vocab_size, precision, config.seed)
    encoder, weights = electra.discriminator_config, electra.weights_by_path()
    model = TaskModel.create(encoder, data.task.head(encoder), weights, config.seed, precision)
    finetuning = Finetuning(model, TOTAL_STEPS, config, data.task)
    training, predicting = (
        PackedBatches(data.examples, BATCH, MAX_LENGTH, data.task.label_spec) for _ in range(2)
    )
    training.row_lengths = data.row_lengths
    # Every shape is compiled once a run; a part of the file would meet new ones in every round.
    drawn = (group for seed in range(WARM_UP_EPOCHS) for group in training.shuffled((seed,)))
    batches = [training.parts(group) for group in drawn]
    unmet = {str([part.inputs.tokens.shape for part in parts]): parts for parts in batches}
    epochs = itertools.count()

    def train() -> float:
        while unmet:
            finetuning.train(unmet.popitem()[1])
        for group in training.shuffled((config.seed, next(epochs))):
            finetuning.train(training.parts(group))
        finetuning.optimizer.step.numpy()  # waits for the last step
        return len(data.examples)

    def predict() -> float:
        for group in predicting.in_order():
            finetuning.predict(predicting.pack(group).inputs).numpy()
        return len(data.examples)

    return {"training": train, "prediction": predict}


def create_ceiling(precision: str) -> Callable[[], float]:
    """A function that measures the FLOPs a second of plain matrix products."""
    return lambda: measure_flops(single_device(), precision)


def model_flops(data: Sentences, architecture: ArchitectureConfig) -> dict[str, Callable[[], int]]:
    """By task, of a pass over the examples, each as long as it is: padding is not the model's."""
    encoder = architecture.discriminator(data.vocab_size)
    head = 2 * encoder.hidden_size * len(data.task.label_names)  # of a token
    lengths = [len(example.input_ids) for example in data.examples]
    forward = sum(encoder_flops(encoder, length) + length * head for length in lengths)
    return {"training": lambda: TRAINING_PASSES * forward, "prediction": lambda: forward}
