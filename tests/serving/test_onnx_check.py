import numpy as np
import pytest

from random_served import random_served

onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from selectra_pipeline.serving.onnx_check import OnnxMismatchError, verify  # noqa: E402
from selectra_pipeline.serving.onnx_graph import onnx_model  # noqa: E402
from selectra_pipeline.serving.onnx_int8 import int8_model  # noqa: E402

MAX_LENGTH = 20
FAULTS = {
    "epsilon": ("LayerNormalization", "epsilon", 1e-2),
    "approximate GELU": ("Gelu", "approximate", "tanh"),
}


def changed(model, operator, attribute, value):
    node = next(node for node in model.graph.node if node.op_type == operator)
    kept = [x for x in node.attribute if x.name != attribute]
    del node.attribute[:]
    node.attribute.extend([*kept, onnx.helper.make_attribute(attribute, value)])
    return model


def test_a_true_model_passes_with_its_deviation():
    served = random_served("discriminator")
    found = verify(onnx_model(served, MAX_LENGTH), served, MAX_LENGTH, int8=False)
    assert 0 < found.largest < 1e-5 * found.largest_logit


@pytest.mark.parametrize("fault", FAULTS)
def test_a_small_fault_of_the_graph_is_found(fault):
    served = random_served("tagger")
    model = changed(onnx_model(served, MAX_LENGTH), *FAULTS[fault])
    with pytest.raises(OnnxMismatchError, match=r"models/tagger differs by .* nothing was written"):
        verify(model, served, MAX_LENGTH, int8=False)


def test_a_model_that_8_bits_do_not_suffice_for_is_refused():
    served = random_served("tagger")
    verify(int8_model(served, MAX_LENGTH), served, MAX_LENGTH, int8=True)
    # A state that is far larger than the others takes up the whole scale of the activations.
    gamma = served.model.discriminator.blocks[-1].output_norm.gamma
    gamma.assign([1000.0, *gamma.numpy()[1:]])
    kernel = served.model.head.classifier.kernel
    kernel.assign([np.zeros(3), *kernel.numpy()[1:]])
    with pytest.raises(OnnxMismatchError, match=r"8 bits .* serving.formats=onnx"):
        verify(int8_model(served, MAX_LENGTH), served, MAX_LENGTH, int8=True)


def test_a_logit_that_is_no_number_is_found():
    served = random_served("tagger")
    model = onnx_model(served, MAX_LENGTH)
    bias = next(x for x in model.graph.initializer if x.name == "head/classifier/bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.array([0, np.nan, 0], np.float32), bias.name))
    with pytest.raises(OnnxMismatchError, match="differs by nan"):
        verify(model, served, MAX_LENGTH, int8=False)
