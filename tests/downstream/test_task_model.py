import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.downstream.heads import TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.records.reader import Batch

LABELS = 9
SMALL = {"hidden_size": 32, "embedding_size": 16, "num_layers": 2, "max_position_embeddings": 16}


def task_model(electra, labels=LABELS, seed=1):
    encoder = electra.discriminator_config
    head = TokenClassificationHead(encoder, labels, dtype="float32", name="head")
    return TaskModel.create(encoder, head, electra.weights_by_path(), seed)


@pytest.fixture(scope="module")
def electra() -> Electra:
    return Electra.create(ArchitectureConfig(**SMALL), 50, "bfloat16", seed=3)


@pytest.fixture(scope="module")
def inputs() -> Batch:
    draw = np.random.default_rng(1)
    mask = np.array([[1] * 8, [1] * 5 + [0] * 3], np.int32)
    ids = draw.integers(5, 50, mask.shape).astype(np.int32) * mask
    return Batch(*map(tf.constant, (ids, mask, np.zeros_like(mask))))


def test_the_weights_are_the_discriminators(electra):
    model = task_model(electra)
    weights = electra.weights_by_path()
    copied = [v for v in model.trainable_variables if "/head/" not in v.path]
    for variable in copied:
        np.testing.assert_array_equal(variable.numpy(), weights[variable.path].numpy())
    left_out = set(weights) - {variable.path for variable in copied}
    assert all("/generator" in path or "/discriminator_head/" in path for path in left_out)


def test_the_weights_are_copies(electra):
    before = {path: value.numpy() for path, value in electra.weights_by_path().items()}
    for variable in task_model(electra).trainable_variables:
        variable.assign(variable + 1.0)
    for path, value in electra.weights_by_path().items():
        np.testing.assert_array_equal(value.numpy(), before[path])


def test_the_states_are_the_discriminators_whatever_the_precision_of_pre_training(inputs):
    electra = Electra.create(ArchitectureConfig(**SMALL), 50, "float32", seed=3)
    model = task_model(electra)
    embedded = electra.embeddings(inputs.input_ids, inputs.segment_ids)
    states = electra.discriminator(embedded, inputs.input_mask)
    expected = states.numpy() @ model.head.classifier.kernel.numpy()
    np.testing.assert_allclose(model(inputs), expected, atol=1e-5)
    assert model(inputs).dtype == tf.float32
    assert np.ptp(expected, axis=1).min() > 0.01


def test_the_head_is_glorot_uniform_and_its_bias_0(electra):
    head = task_model(electra, labels=500).head.classifier
    limit = np.sqrt(6.0 / (32 + 500))
    assert np.abs(head.kernel.numpy()).max() == pytest.approx(limit, rel=0.01)
    assert head.kernel.numpy().std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    assert not head.bias.numpy().any()


def test_the_seed_decides_about_the_head_and_dropout_alone(electra, inputs):
    one, same, other = (task_model(electra, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.head.classifier.kernel, same.head.classifier.kernel)
    assert not np.array_equal(one.head.classifier.kernel, other.head.classifier.kernel)
    noisy = [one(inputs, noise=root_noise(number)).numpy() for number in (1, 1, 2)]
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert not np.array_equal(noisy[0], noisy[2])


def test_a_token_classifier_has_the_published_number_of_parameters():
    shape = {"hidden_size": 256, "num_layers": 12, "num_heads": 4, "intermediate_size": 1024}
    encoder = ArchitectureConfig(**shape, max_position_embeddings=512).discriminator(50_000)
    model = TaskModel(encoder, TokenClassificationHead(encoder, LABELS, name="head"))
    model.build()
    assert model.count_params() == 22_411_529


def restored(electra, values, labels=LABELS):
    encoder = electra.discriminator_config
    head = TokenClassificationHead(encoder, labels, dtype="float32", name="head")
    return TaskModel.restore(encoder, head, values)


def test_a_model_restored_from_the_values_of_another_computes_the_same(electra, inputs):
    model = task_model(electra)
    values = {variable.path: variable.numpy() for variable in model.trainable_variables}
    np.testing.assert_array_equal(restored(electra, values)(inputs), model(inputs))


def test_values_that_do_not_fit_are_all_named(electra):
    model = task_model(electra)
    values = {variable.path: variable.numpy() for variable in model.trainable_variables}
    del values["electra/embeddings/LayerNorm/beta"]
    values["electra/head/qa_outputs/bias"] = np.zeros(2, np.float32)
    with pytest.raises(ConfigError) as caught:
        restored(electra, values, labels=4)
    for line in (
        "electra/embeddings/LayerNorm/beta: (16,) -> None",
        "electra/head/classifier/kernel: (32, 4) -> (32, 9)",
        "electra/head/qa_outputs/bias: None -> (2,)",
    ):
        assert line in str(caught.value)
