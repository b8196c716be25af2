import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.downstream.sequence_packing import (
    EMPTY,
    PackedBatch,
    pack,
    row_tokens,
    share_rows,
    unpack,
)
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.records.reader import Batch

ROW_LENGTH = 16
LENGTHS = (3, 9, 16, 5, 1, 7)
TASK = TokenClassification(("a", "b", "c"))


def padded(lengths, seq=ROW_LENGTH):
    draw = np.random.default_rng(1)
    mask = np.array([[1] * length + [0] * (seq - length) for length in lengths], np.int32)
    ids = draw.integers(5, 30, mask.shape, np.int32) * mask
    segments = (np.arange(seq) > 2).astype(np.int32) * mask
    return Batch(*map(tf.constant, (ids, mask, segments)))


def packed(lengths=LENGTHS, spare_rows=0) -> PackedBatch:
    rows = share_rows(lengths, ROW_LENGTH)
    return pack(padded(lengths), lengths, rows, (len(rows) + spare_rows, ROW_LENGTH))


@pytest.fixture(scope="module")
def model() -> TaskModel:
    config = ArchitectureConfig(hidden_size=16, num_layers=2, intermediate_size=32)
    electra = Electra.create(config, 30, "float32", seed=1)
    encoder = electra.discriminator_config
    return TaskModel.create(encoder, TASK.head(encoder), electra.weights_by_path(), 1)


def test_every_sequence_is_in_one_row_with_room_for_all_of_its_row():
    lengths = np.random.default_rng(3).integers(1, 65, 200).tolist()
    rows = share_rows(lengths, 64)
    assert sorted(number for row in rows for number in row) == list(range(200))
    filled = [sum(lengths[number] for number in row) for row in rows]
    assert max(filled) <= 64
    assert np.mean(filled) > 0.95 * 64


def test_sequences_that_fill_a_row_have_it_to_themselves():
    assert share_rows([16, 16, 4, 12], 16) == [[0], [1], [3, 2]]
    assert share_rows([], 16) == []


def test_rows_hold_the_tokens_of_their_sequences_counted_anew_in_each():
    batch = packed((3, 9), spare_rows=1)
    rows = row_tokens(batch)
    ids, segments = batch.padded.input_ids.numpy(), batch.padded.segment_ids.numpy()
    for values, laid_out in ((ids, rows.input_ids), (segments, rows.segment_ids)):
        expected = np.concatenate([values[1, :9], values[0, :3], [0] * 4])
        np.testing.assert_array_equal(laid_out, [expected, [0] * ROW_LENGTH])
    np.testing.assert_array_equal(
        rows.position_ids, [[*range(9), *range(3), *[0] * 4], [0] * ROW_LENGTH]
    )
    sequence = np.array([[1] * 9 + [0] * 3 + [EMPTY] * 4, [EMPTY] * ROW_LENGTH])
    np.testing.assert_array_equal(
        rows.attention_mask, sequence[:, :, np.newaxis] == sequence[:, np.newaxis, :]
    )


def test_what_is_packed_comes_back():
    batch = packed(spare_rows=2)
    states = tf.cast(row_tokens(batch).input_ids, tf.float32)[..., tf.newaxis]
    real = batch.padded.input_mask.numpy() == 1
    back = unpack(states, batch).numpy()[..., 0]
    np.testing.assert_array_equal(back[real], batch.padded.input_ids.numpy()[real])


def test_states_are_those_of_sequences_in_rows_of_their_own(model):
    batch = packed(spare_rows=1)
    real = batch.padded.input_mask.numpy() == 1
    ours, alone = model.states(batch).numpy(), model.states(batch.padded).numpy()
    np.testing.assert_allclose(ours[real], alone[real], atol=1e-5)
    assert np.isfinite(ours).all()


def test_gradients_are_those_of_sequences_in_rows_of_their_own(model):
    lengths = (3, 9, 16, 5)
    rows = share_rows(lengths, ROW_LENGTH)
    filled_up = padded((*lengths, 0, 0))
    batch = pack(filled_up, lengths, rows, (len(rows) + 1, ROW_LENGTH))
    labels = tf.where(batch.padded.input_mask == 1, batch.padded.input_ids % 3, -1)
    variables = [variable.value for variable in model.trainable_variables]
    gradients = []
    for inputs in (batch, batch.padded):
        with tf.GradientTape() as tape:
            loss = TASK.loss(model(inputs), labels, batch.padded.input_mask)
        gradients.append([tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, variables)])
    for ours, alone in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, alone, rtol=1e-3, atol=1e-6)


def test_a_sequence_does_not_see_its_neighbours_in_training(model):
    """Dropout is of the place in the rows: the others' tokens are changed, not their lengths."""
    batch = packed()
    changed = tf.tensor_scatter_nd_update(
        batch.padded.input_ids, [[1, 4]], [(batch.padded.input_ids[1, 4] + 1) % 25 + 5]
    )
    other = batch._replace(padded=batch.padded._replace(input_ids=changed))
    states, after = (model.states(b, root_noise(1)).numpy() for b in (batch, other))
    real = batch.padded.input_mask.numpy() == 1
    real[1] = False
    np.testing.assert_array_equal(states[real], after[real])
    assert not np.array_equal(states[1], after[1])


def test_dropout_differs_between_the_sequences_of_a_row(model):
    lengths = (8, 8)
    batch = packed(lengths)
    twice = {
        name: tf.stack([values[0], values[0]]) for name, values in batch.padded._asdict().items()
    }
    batch = batch._replace(padded=Batch(**twice))
    assert batch.tokens.shape == (1, ROW_LENGTH)
    states = model.states(batch, root_noise(1)).numpy()[:, :8]
    assert not np.allclose(states[0], states[1], atol=1e-2)
    calm = model.states(batch).numpy()[:, :8]
    np.testing.assert_allclose(calm[0], calm[1], atol=1e-6)
