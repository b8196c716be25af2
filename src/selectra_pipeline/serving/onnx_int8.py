"""An ONNX model with whole numbers of 8 bits in place of its weights.

Products with weights are computed in 8 bits: weights have a scale for each output (per channel),
activations one for the whole batch, which onnxruntime takes from the values themselves (dynamic
quantization). Words have a scale each. Attention's own products, softmax, GELU and LayerNorm stay
float32.
"""

import pathlib
import tempfile

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from selectra_pipeline.serving.onnx_graph import metadata, onnx_model
from selectra_pipeline.serving.served_model import ServedModel

# It tells quantize_dynamic that nothing is left to fold or infer; without, it warns of that.
PREPROCESSED = {"onnx.quant.pre_process": "onnxruntime.quant"}


def int8_model(served: ServedModel, max_length: int) -> onnx.ModelProto:
    """The model of `onnx_graph.onnx_model`, quantized, with the same inputs and output."""
    model = onnx_model(served, max_length, int8_words=True)
    onnx.helper.set_model_props(model, PREPROCESSED)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.onnx")
        quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            # Weights from -64 to 63: without VNNI, two products of 8 bits are added up in 16, and
            # must fit. So all processors give the same logits; on those with VNNI it costs little.
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        quantized = onnx.load(path)
    onnx.helper.set_model_props(quantized, metadata(served, max_length))
    onnx.checker.check_model(quantized, full_check=True)
    return quantized
