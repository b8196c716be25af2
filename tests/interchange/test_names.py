import re

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.interchange.names import (
    HUGGING_FACE_BUFFER,
    ORIGINAL_STATE,
    TABLE,
    UnknownNameError,
    hugging_face_name,
    original_name,
    path_from_hugging_face,
    path_from_original,
    transpose_kernel,
)
from selectra_pipeline.model.electra import Electra

ENCODERS = ("discriminator", "generator")


@pytest.fixture(scope="module")
def paths() -> list[str]:
    """Of all trainable variables; eleven layers, so that a number has two digits."""
    architecture = ArchitectureConfig(
        hidden_size=8, num_layers=11, num_heads=1, intermediate_size=8, embedding_size=6
    )
    with tf.device("cpu"):
        model = Electra.create(architecture, vocab_size=20, precision="float32", seed=1)
    return [variable.path for variable in model.trainable_variables]


def test_every_variable_has_a_name_of_its_own_in_the_original(paths):
    names = [original_name(path) for path in paths]
    assert len(set(names)) == len(paths)
    assert [path_from_original(name) for name in names] == paths


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_variable_of_an_encoder_has_a_name_of_its_own_in_hugging_face(paths, encoder):
    parts = ("embeddings/", f"{encoder}/", f"{encoder}_head/")
    own = [path for path in paths if path.removeprefix("electra/").startswith(parts)]
    names = [hugging_face_name(path, encoder) for path in own]
    assert len(set(names)) == len(own)
    assert [path_from_hugging_face(name, encoder) for name in names] == own


@pytest.mark.parametrize("encoder", ENCODERS)
def test_no_line_of_the_table_is_without_a_variable(paths, encoder):
    layer = [path.replace("/layer_10/", "/layer_#/") for path in paths]
    assert {row.ours for row in TABLE[encoder]} <= set(layer)


@pytest.mark.parametrize(
    ("path", "original", "encoder", "hugging_face"),
    [
        (
            "electra/discriminator/layer_10/attention/query/kernel",
            "electra/encoder/layer_10/attention/self/query/kernel",
            "discriminator",
            "electra.encoder.layer.10.attention.self.query.weight",
        ),
        (
            "electra/generator/layer_0/output_LayerNorm/gamma",
            "generator/encoder/layer_0/output/LayerNorm/gamma",
            "generator",
            "electra.encoder.layer.0.output.LayerNorm.weight",
        ),
        (
            "electra/generator_head/bias",
            "generator_predictions/output_bias",
            "generator",
            "generator_lm_head.bias",
        ),
        (
            "electra/discriminator_head/dense_prediction/kernel",
            "discriminator_predictions/dense_1/kernel",
            "discriminator",
            "discriminator_predictions.dense_prediction.weight",
        ),
        (
            "electra/embeddings/LayerNorm/beta",
            "electra/embeddings/LayerNorm/beta",
            "generator",
            "electra.embeddings.LayerNorm.bias",
        ),
    ],
)
def test_names_are_those_of_the_published_checkpoints(path, original, encoder, hugging_face):
    assert original_name(path) == original
    assert hugging_face_name(path, encoder) == hugging_face


@pytest.mark.parametrize("variable", ["gamma", "beta"])
def test_layer_norms_have_their_old_names_in_the_oldest_hugging_face_files(variable):
    path = path_from_hugging_face(f"electra.embeddings.LayerNorm.{variable}", "generator")
    assert path == f"electra/embeddings/LayerNorm/{variable}"


@pytest.mark.parametrize(
    ("pattern", "names", "others"),
    [
        (
            ORIGINAL_STATE,
            ["global_step", "electra/embeddings/LayerNorm/beta/adam_m", "a/kernel/adam_v"],
            ["electra/embeddings/LayerNorm/beta", "a/adam_x"],
        ),
        (
            HUGGING_FACE_BUFFER,
            ["electra.embeddings.position_ids", "electra.embeddings.token_type_ids"],
            ["electra.embeddings.position_embeddings.weight"],
        ),
    ],
)
def test_what_is_no_weight_is_told_by_its_name(pattern, names, others):
    assert all(re.fullmatch(pattern, name) for name in names)
    assert not any(re.fullmatch(pattern, name) for name in others)


def test_a_name_that_is_not_listed_raises_and_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"layer_3/attention/quer/kernel.*attention/query"):
        original_name("electra/generator/layer_3/attention/quer/kernel")
    with pytest.raises(UnknownNameError, match="no variable of the discriminator"):
        hugging_face_name("electra/generator_head/bias", "discriminator")


def test_only_kernels_are_transposed():
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(transpose_kernel("electra/x/kernel", matrix), matrix.T)
    np.testing.assert_array_equal(
        transpose_kernel("electra/embeddings/word_embeddings", matrix), matrix
    )
