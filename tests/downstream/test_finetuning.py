import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream import batching
from selectra_pipeline.downstream import finetuning as finetuning_module
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.example import IGNORED, Example
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.model.electra import Electra

ARCHITECTURE = ArchitectureConfig(hidden_size=16, num_layers=2, intermediate_size=32)
STEPS = 60
TASK = TokenClassification(("a", "b", "c"))


def finetuning(architecture: ArchitectureConfig = ARCHITECTURE, **changes) -> Finetuning:
    electra = Electra.create(architecture, 30, "float32", seed=1)
    encoder = electra.discriminator_config
    config = FinetuningConfig(**changes)
    model = TaskModel.create(
        encoder, TASK.head(encoder), electra.weights_by_path(), 1, config.precision
    )
    return Finetuning(model, STEPS, config, TASK)


def labelled(length):
    """The label of a token is its id modulo 3."""
    draw = np.random.default_rng(1)
    rows = draw.integers(5, 30, [8, length]).tolist()
    made = [Example(row, [i % 3 for i in row]) for row in rows]
    return PackedBatches(made, 8, 32, TASK.label_spec).pack(list(range(8)))


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
            tuned.train([batch])
        for path, ours, theirs in zip(
            compiled.optimizer.paths, compiled.optimizer.first, plain.optimizer.first, strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6, err_msg=path)
        real = batch.inputs.padded.input_mask.numpy() == 1
        predictions = [t.predict(batch.inputs).numpy()[real] for t in (compiled, plain)]
        np.testing.assert_array_equal(*predictions)
    assert max(np.abs(moment).max() for moment in compiled.optimizer.first) > 1e-3


def test_bfloat16_rounds_the_gradients_and_not_the_weights(batch):
    precise, rounded = finetuning(), finetuning(precision="bfloat16")
    for tuned in (precise, rounded):
        tuned.train([batch])
    ours, theirs = (
        np.concatenate([np.ravel(moment) for moment in tuned.optimizer.first])
        for tuned in (rounded, precise)
    )
    distance = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    assert 1e-4 < distance < 3e-2
    assert {variable.dtype for variable in rounded.model.trainable_variables} == {"float32"}


def test_a_batch_in_parts_makes_the_step_of_the_whole(monkeypatch):
    """Without dropout, whose noise is the part's."""
    draw = np.random.default_rng(2)
    rows = [draw.integers(5, 30, 4 + i % 8 * 3).tolist() for i in range(64)]
    made = [Example(row, [i % 3 for i in row]) for row in rows]
    batches = PackedBatches(made, 8, 32, TASK.label_spec)
    group = list(range(7))  # of a batch of 8
    monkeypatch.setattr(batching, "PART_TOKENS", 40)  # one row of 32
    parts = batches.parts(group)
    assert len(parts) == 3
    steady = dataclasses.replace(ARCHITECTURE, dropout=0.0, attention_dropout=0.0)
    whole, divided = finetuning(steady), finetuning(steady)
    for _ in range(2):  # what is accumulated is of one batch
        losses = whole.train([batches.pack(group)]), divided.train(parts)
        np.testing.assert_allclose(*losses, rtol=1e-5)
    moments = zip(
        whole.optimizer.paths, whole.optimizer.first, divided.optimizer.first, strict=True
    )
    for path, ours, theirs in moments:
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-7, err_msg=path)


def test_batches_of_all_shapes_share_a_graph():
    tuned = finetuning()
    batches = [labelled(length) for length in (5, 10, 20)]
    assert len({tuple(batch.inputs.tokens.shape) for batch in batches}) == 3
    for batch in batches:
        tuned.train([batch])
        assert tuned.predict(batch.inputs).shape == batch.labels.shape
    assert tuned._whole.experimental_get_tracing_count() == 1


def test_it_learns_the_labels(batch):
    tuned = finetuning(learning_rate=2e-2)
    for _ in range(STEPS):
        tuned.train([batch])
    predicted, counted = tuned.predict(batch.inputs).numpy(), batch.labels.numpy() != IGNORED
    np.testing.assert_array_equal(predicted[counted], batch.labels.numpy()[counted])


def test_the_learning_rate_warms_up_and_ends_at_0():
    rate = finetuning(learning_rate=1e-3, warmup_fraction=0.1).optimizer.learning_rate
    assert [float(rate(step)) for step in (0, 6, 33, STEPS)] == pytest.approx(
        [0.0, 9e-4, 4.5e-4, 0.0]
    )


def pairs_of_all_lengths():
    """They share rows, and half of them have two segments."""
    draw = np.random.default_rng(3)
    lengths = draw.integers(3, 33, 32).tolist()
    rows = [draw.integers(5, 30, length).tolist() for length in lengths]
    made = [
        Example(row, [i % 3 for i in row], second_segment=2 if len(row) % 2 else None)
        for row in rows
    ]
    return PackedBatches(made, 32, 32, TASK.label_spec)


@pytest.mark.parametrize("part_tokens", [4096, 192], ids=["whole", "parts"])
def test_the_same_seed_gives_the_same_weights_bit_by_bit(part_tokens, monkeypatch):
    monkeypatch.setattr(batching, "PART_TOKENS", part_tokens)
    parts = pairs_of_all_lengths().parts(list(range(32)))
    assert (len(parts) == 1) == (part_tokens == 4096)
    finals = []
    for seed in (1, 1, 2):
        tuned = finetuning(learning_rate=1e-2, seed=seed)
        for _ in range(8):
            tuned.train(parts)
        finals.append([variable.numpy() for variable in tuned.model.trainable_variables])
    assert all(np.array_equal(a, b) for a, b in zip(finals[0], finals[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(finals[0], finals[2], strict=True))


def test_lower_layers_move_less(batch):
    """After two steps, of which the first has rate 0, a weight has moved at most by its rate."""
    tuned = finetuning(learning_rate=1e-2, layer_decay=0.1, warmup_fraction=0.0)
    variables = tuned.model.trainable_variables
    before = {variable.path: variable.numpy() for variable in variables}
    tuned.train([batch])
    moved = {v.path: np.abs(v.numpy() - before[v.path]).max() for v in variables}
    head = moved["electra/head/classifier/kernel"]
    for path, exponent in (
        ("electra/discriminator/layer_1/output/kernel", 2),
        ("electra/discriminator/layer_0/output/kernel", 3),
        ("electra/embeddings/position_embeddings", 4),
    ):
        assert moved[path] == pytest.approx(head * 0.1**exponent, rel=0.2), path
