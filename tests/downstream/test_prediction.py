import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.example import Example
from selectra_pipeline.downstream.prediction import outputs_in_order, predictor
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.training.single_device import single_device

TASK = Classification(("a", "b", "c"))
LENGTHS = (12, 3, 30, 7, 5, 29, 2)


@pytest.fixture(scope="module")
def model() -> TaskModel:
    sizes = {"hidden_size": 16, "num_layers": 1, "intermediate_size": 32, "dropout": 0.5}
    electra = Electra.create(ArchitectureConfig(**sizes), 30, "float32", seed=1)
    encoder = electra.discriminator_config
    return TaskModel.create(encoder, TASK.head(encoder), electra.weights_by_path(), 1)


@pytest.fixture(scope="module")
def batches() -> PackedBatches:
    draw = np.random.default_rng(1)
    examples = [Example(draw.integers(5, 30, length).tolist(), 0) for length in LENGTHS]
    return PackedBatches(examples, 3, 32, TASK.label_spec)


def test_each_output_is_that_of_its_example_alone_without_dropout(model, batches):
    outputs = outputs_in_order(predictor(model, TASK, single_device()), batches)
    assert len(outputs) == len(LENGTHS)
    for example, output in zip(batches.examples, outputs, strict=True):
        ids = tf.constant([example.input_ids])
        alone = model(Batch(ids, tf.ones_like(ids), tf.zeros_like(ids)))
        np.testing.assert_allclose(output, alone[0], atol=1e-5)
    assert np.ptp(outputs, axis=0).min() > 1e-3  # the examples differ


def test_batches_of_all_shapes_share_a_graph(model, batches):
    predict = predictor(model, TASK, single_device())
    outputs_in_order(predict, batches)
    assert len({tuple(batches.pack(group).inputs.tokens.shape) for group in batches.in_order()}) > 1
    assert predict.experimental_get_tracing_count() == 1


def test_asked_to_stop_before_the_end_it_gives_nothing(model, batches):
    predict, answers = predictor(model, TASK, single_device()), iter((False, True))
    assert outputs_in_order(predict, batches, lambda: next(answers)) is None
