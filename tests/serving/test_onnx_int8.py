import numpy as np
import pytest

from random_served import ENCODER, NARROW, random_served

onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from selectra_pipeline.serving.onnx_check import deviation  # noqa: E402
from selectra_pipeline.serving.onnx_graph import onnx_model  # noqa: E402
from selectra_pipeline.serving.onnx_int8 import int8_model  # noqa: E402

MAX_LENGTH = 20


@pytest.mark.parametrize("encoder", [ENCODER, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", ["discriminator", "classifier", "tagger"])
def test_logits_are_near_the_model_s_and_not_the_same(kind, encoder):
    served = random_served(kind, encoder)
    found = deviation(int8_model(served, MAX_LENGTH), served, MAX_LENGTH)
    assert 1e-4 < found.relative < 0.15


def test_every_kernel_and_the_word_table_are_whole_numbers():
    model = int8_model(random_served("classifier", NARROW), MAX_LENGTH)
    arrays = {x.name: onnx.numpy_helper.to_array(x) for x in model.graph.initializer}
    kernels = {name: x for name, x in arrays.items() if "kernel" in name and x.ndim == 2}
    # Of the projection, of four products a layer, and of the head's two.
    assert len(kernels) == 1 + 4 * NARROW.num_layers + 2
    assert {x.dtype for x in kernels.values()} == {np.dtype(np.int8)}
    assert arrays["embeddings/word_embeddings"].dtype == np.int8


def test_each_word_has_a_scale_of_its_own():
    served = random_served("tagger")
    table = served.model.embeddings.word_embeddings
    values = table.numpy() * np.geomspace(1e-3, 1e3, len(table.numpy()))[:, np.newaxis]
    values[5] = 0.0
    table.assign(values)
    model = onnx_model(served, MAX_LENGTH, int8_words=True)
    arrays = {x.name: onnx.numpy_helper.to_array(x) for x in model.graph.initializer}
    found = arrays["embeddings/word_embeddings"] * arrays["embeddings/word_scales"]
    error = np.abs(found - values).max(axis=1)
    assert (error <= np.abs(values).max(axis=1) / 127 / 2 * 1.01).all()


def test_the_file_says_what_the_float_one_says():
    served = random_served("tagger")
    whole, plain = (make(served, MAX_LENGTH) for make in (int8_model, onnx_model))
    assert whole.metadata_props == plain.metadata_props
    assert whole.graph.input == plain.graph.input
    assert whole.graph.output == plain.graph.output
