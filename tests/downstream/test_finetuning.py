import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream import finetuning as finetuning_module
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.features import IGNORED, TokenExample
from selectra_pipeline.downstream.finetuning import Finetuning, classification_loss
from selectra_pipeline.downstream.heads import TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.electra import Electra

ARCHITECTURE = ArchitectureConfig(hidden_size=16, num_layers=2, intermediate_size=32)
STEPS = 60


def finetuning(**changes) -> Finetuning:
    electra = Electra.create(ARCHITECTURE, 30, "float32", seed=1)
    encoder = electra.discriminator_config
    head = TokenClassificationHead(encoder, 3, dtype="float32", name="head")
    config = FinetuningConfig(**changes)
    model = TaskModel.create(encoder, head, electra.weights_by_path(), 1, config.precision)
    return Finetuning(model, STEPS, config)


def labelled(length):
    """The label of a token is its id modulo 3."""
    draw = np.random.default_rng(1)
    rows = draw.integers(5, 30, [8, length]).tolist()
    made = [TokenExample(row, [i % 3 for i in row], list(range(length))) for row in rows]
    return LengthBatches(made, batch_size=8, max_length=32).pad(list(range(8)))


@pytest.fixture(scope="module")
def batch():
    return labelled(10)


@pytest.fixture
def plain(monkeypatch):
    """Fine-tuning that compiles nothing."""
    with monkeypatch.context() as patched:
        patched.setattr(finetuning_module, "single_device", tf.distribute.get_strategy)
        tuned = finetuning()
    return tuned


def test_compiled_groups_change_neither_gradients_nor_predictions(plain):
    compiled = finetuning()
    for length in (10, 20):
        batch = labelled(length)
        for tuned in (compiled, plain):
            tuned.train(batch)
        for path, ours, theirs in zip(
            compiled.optimizer.paths, compiled.optimizer.first, plain.optimizer.first, strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6, err_msg=path)
        np.testing.assert_array_equal(*(t.predict(batch.inputs) for t in (compiled, plain)))
    assert max(np.abs(moment).max() for moment in compiled.optimizer.first) > 1e-3


def test_bfloat16_rounds_the_gradients_and_not_the_weights(batch):
    precise, rounded = finetuning(), finetuning(precision="bfloat16")
    for tuned in (precise, rounded):
        tuned.train(batch)
    ours, theirs = (
        np.concatenate([np.ravel(moment) for moment in tuned.optimizer.first])
        for tuned in (rounded, precise)
    )
    distance = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    assert 1e-4 < distance < 3e-2
    assert {variable.dtype for variable in rounded.model.trainable_variables} == {"float32"}


def test_batches_of_all_lengths_share_a_graph():
    tuned = finetuning()
    for length in (5, 10, 20):
        batch = labelled(length)
        tuned.train(batch)
        assert tuned.predict(batch.inputs).shape == batch.labels.shape
    assert tuned._step.experimental_get_tracing_count() == 1


def test_it_learns_the_labels(batch):
    tuned = finetuning(learning_rate=2e-2)
    for _ in range(STEPS):
        tuned.train(batch)
    predicted, counted = tuned.predict(batch.inputs).numpy(), batch.labels.numpy() != IGNORED
    np.testing.assert_array_equal(predicted[counted], batch.labels.numpy()[counted])


def test_the_learning_rate_warms_up_and_ends_at_0():
    rate = finetuning(learning_rate=1e-3, warmup_fraction=0.1).optimizer.learning_rate
    assert [float(rate(step)) for step in (0, 6, 33, STEPS)] == pytest.approx(
        [0.0, 9e-4, 4.5e-4, 0.0]
    )


def test_the_same_seed_gives_the_same_weights_bit_by_bit(batch):
    finals = []
    for seed in (1, 1, 2):
        tuned = finetuning(learning_rate=1e-2, seed=seed)
        for _ in range(4):
            tuned.train(batch)
        finals.append([variable.numpy() for variable in tuned.model.trainable_variables])
    assert all(np.array_equal(a, b) for a, b in zip(finals[0], finals[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(finals[0], finals[2], strict=True))


def test_lower_layers_move_less(batch):
    """After two steps, of which the first has rate 0, a weight has moved at most by its rate."""
    tuned = finetuning(learning_rate=1e-2, layer_decay=0.1, warmup_fraction=0.0)
    variables = tuned.model.trainable_variables
    before = {variable.path: variable.numpy() for variable in variables}
    tuned.train(batch)
    moved = {v.path: np.abs(v.numpy() - before[v.path]).max() for v in variables}
    head = moved["electra/head/classifier/kernel"]
    for path, exponent in (
        ("electra/discriminator/layer_1/output/kernel", 2),
        ("electra/discriminator/layer_0/output/kernel", 3),
        ("electra/embeddings/position_embeddings", 4),
    ):
        assert moved[path] == pytest.approx(head * 0.1**exponent, rel=0.2), path


def test_the_loss_is_the_mean_over_the_labels_that_count():
    logits = np.random.default_rng(1).normal(0, 2, [2, 3, 4])
    labels = np.array([[IGNORED, 2, 0], [3, IGNORED, IGNORED]])
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = -np.mean([log_probabilities[0, 1, 2], log_probabilities[0, 2, 0],
                         log_probabilities[1, 0, 3]])  # fmt: skip
    found = classification_loss(tf.constant(logits, tf.float32), tf.constant(labels, tf.int32))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_a_batch_without_labels_costs_nothing():
    assert float(classification_loss(tf.ones([2, 3, 4]), tf.fill([2, 3], IGNORED))) == 0.0
