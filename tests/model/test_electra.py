import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.noise import root_noise

VOCABULARY = 50_000
SMALL = ArchitectureConfig(
    hidden_size=256,
    num_layers=12,
    num_heads=4,
    intermediate_size=1024,
    max_position_embeddings=512,
)
MEDIUM = dataclasses.replace(SMALL, hidden_size=384, num_heads=6, intermediate_size=1536)
TINY = ArchitectureConfig(
    hidden_size=16,
    num_layers=2,
    num_heads=2,
    intermediate_size=32,
    max_position_embeddings=12,
    generator_size=0.5,
)

IDS = np.array([[2, 7, 8, 9, 3, 0, 0], [2, 5, 6, 7, 8, 9, 3]], np.int32)
MASK = (IDS > 0).astype(np.int32)
SEGMENTS = np.zeros_like(IDS)


@pytest.fixture(scope="module")
def model() -> Electra:
    return Electra.create(TINY, vocab_size=20, precision="float32", seed=1)


def bare(architecture: ArchitectureConfig) -> Electra:
    electra = Electra(architecture.generator(VOCABULARY), architecture.discriminator(VOCABULARY))
    electra.build()
    return electra


@pytest.mark.parametrize(
    ("architecture", "encoder", "head", "both", "everything"),
    [
        (SMALL, 22_409_216, 66_049, 22_475_265, 23_158_673),
        (MEDIUM, 40_691_712, 148_225, 40_839_937, 42_306_993),
    ],
    ids=["small", "medium"],
)
def test_selectra_has_the_published_parameter_counts(architecture, encoder, head, both, everything):
    electra = bare(architecture)
    counted = electra.embeddings.count_params() + electra.discriminator.count_params()
    assert counted == encoder
    assert electra.discriminator_head.count_params() == head
    assert counted + head == both
    assert electra.count_params() == everything
    assert sum(v.shape.num_elements() for v in tensors(electra)) == everything


def tensors(electra: Electra) -> list[tf.Variable]:
    return [variable.value for variable in electra.trainable_variables]


def test_both_encoders_share_one_set_of_embeddings(model):
    tables = [v.path for v in model.trainable_variables if "embeddings" in v.path]
    assert tables == [
        "electra/embeddings/word_embeddings",
        "electra/embeddings/token_type_embeddings",
        "electra/embeddings/position_embeddings",
        "electra/embeddings/LayerNorm/gamma",
        "electra/embeddings/LayerNorm/beta",
        "electra/generator/embeddings_project/kernel",
        "electra/generator/embeddings_project/bias",
    ]


def test_the_word_table_is_also_the_output_matrix_of_the_generator(model):
    positions = tf.constant([[1, 2], [1, 2]])
    with tf.GradientTape() as tape:
        logits = model.predict_words(IDS, MASK, SEGMENTS, positions)
        unseen = tf.reduce_sum(logits[..., 19])  # word 19 is not in the input
    gradient = tape.gradient(unseen, model.embeddings.word_embeddings.value)
    assert np.abs(tf.convert_to_tensor(gradient)[19]).max() > 0


def test_words_are_predicted_at_the_given_positions_only(model):
    everywhere = tf.tile(tf.range(7)[tf.newaxis], [2, 1])
    all_logits = model.predict_words(IDS, MASK, SEGMENTS, everywhere).numpy()
    some = model.predict_words(IDS, MASK, SEGMENTS, tf.constant([[3, 1], [6, 6]])).numpy()
    assert all_logits.shape == (2, 7, 20)
    for row, positions in enumerate(([3, 1], [6, 6])):
        np.testing.assert_allclose(some[row], all_logits[row, positions], rtol=1e-5, atol=1e-6)


def test_what_stands_in_the_padding_changes_nothing(model):
    changed = np.where(MASK > 0, IDS, 13)
    before, after = (model.detect_replaced(ids, MASK, SEGMENTS).numpy() for ids in (IDS, changed))
    np.testing.assert_array_equal(before[MASK > 0], after[MASK > 0])


def test_more_padding_changes_nothing(model):
    wide = [np.pad(x, [[0, 0], [0, 5]]) for x in (IDS, MASK, SEGMENTS)]
    narrow_logits = model.detect_replaced(IDS, MASK, SEGMENTS).numpy()
    wide_logits = model.detect_replaced(*wide).numpy()[:, :7]
    np.testing.assert_allclose(wide_logits[MASK > 0], narrow_logits[MASK > 0], rtol=1e-4, atol=1e-6)


def test_the_order_of_the_words_matters(model):
    swapped = IDS[:, [0, 2, 1, 3, 4, 5, 6]]
    before, after = (model.detect_replaced(ids, MASK, SEGMENTS).numpy() for ids in (IDS, swapped))
    assert np.abs(before[:, 4] - after[:, 4]).max() > 1e-7


def test_dropout_needs_noise_and_depends_on_nothing_else(model):
    plain = model.detect_replaced(IDS, MASK, SEGMENTS).numpy()
    np.testing.assert_array_equal(plain, model.detect_replaced(IDS, MASK, SEGMENTS))
    noisy = [model.detect_replaced(IDS, MASK, SEGMENTS, root_noise(s)).numpy() for s in (1, 1, 2)]
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert (noisy[0] != noisy[2]).any()
    assert (noisy[0] != plain).any()


def test_bfloat16_computes_nearly_the_same_with_weights_and_logits_in_float32(model):
    rough = Electra.create(TINY, vocab_size=20, precision="bfloat16", seed=1)
    for ours, theirs in zip(rough.trainable_variables, model.trainable_variables, strict=True):
        assert ours.dtype == "float32"
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    logits = rough.detect_replaced(IDS, MASK, SEGMENTS)
    assert logits.dtype == tf.float32
    exact = model.detect_replaced(IDS, MASK, SEGMENTS).numpy()
    assert np.abs(logits - exact).max() < 0.05 * np.abs(exact).max() + 1e-3
    assert (logits != exact).numpy().any()
    predicted = rough.predict_words(IDS, MASK, SEGMENTS, tf.constant([[1], [1]]))
    assert predicted.dtype == tf.float32
