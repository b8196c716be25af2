import json

import numpy as np
import pytest

from random_served import ENCODER, NARROW, TOKENIZER, random_served
from selectra_pipeline.records.reader import Batch

pytest.importorskip("onnx", reason="the extra onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from selectra_pipeline.serving.onnx_graph import OPSET, onnx_model  # noqa: E402

MAX_LENGTH = 20
KINDS = ["discriminator", "classifier", "tagger"]


def batch_of(lengths, seed=1):
    """Random ids, padded to the longest, the second half of each row a second segment."""
    places, lengths = np.arange(max(lengths)), np.array(lengths)[:, None]
    mask = (places < lengths).astype(np.int32)
    ids = np.random.default_rng(seed).integers(0, TOKENIZER.size, mask.shape, dtype=np.int32)
    return Batch(ids * mask, mask, mask * (places >= lengths // 2).astype(np.int32))


def run(model, batch):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = ("input_ids", "attention_mask", "token_type_ids")
    return session.run(
        ["logits"], {n: x.astype(np.int64) for n, x in zip(names, batch, strict=True)}
    )[0]


@pytest.mark.parametrize("encoder", [ENCODER, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_the_model_s_for_batches_of_any_shape(kind, encoder):
    served = random_served(kind, encoder)
    model = onnx_model(served, MAX_LENGTH)
    for lengths in ([20, 13, 2], [1], [5] * 7):
        batch = batch_of(lengths)
        expected = served.model(batch).numpy()
        assert np.abs(expected).max() > 0.1
        np.testing.assert_allclose(run(model, batch), expected, atol=1e-4, rtol=1e-4)


def test_padding_changes_nothing():
    model = onnx_model(random_served("tagger"), MAX_LENGTH)
    short, long = batch_of([6]), batch_of([6, 20])
    padded = long._replace(input_ids=long.input_ids.copy(), segment_ids=long.segment_ids.copy())
    padded.input_ids[0, :6], padded.segment_ids[0, :6] = short.input_ids[0], short.segment_ids[0]
    padded.input_ids[0, 6:] = 7  # what stands at padding does not matter
    np.testing.assert_allclose(run(model, padded)[0, :6], run(model, short)[0], atol=1e-5)


def test_a_value_is_a_column():
    served = random_served("classifier", labels=())
    batch = batch_of([4, 3])
    logits = run(onnx_model(served, MAX_LENGTH), batch)
    assert logits.shape == (2, 1)
    np.testing.assert_allclose(logits, served.model(batch), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("discriminator", ["batch_size", "sequence_length"]),
        ("classifier", ["batch_size", 3]),
        ("tagger", ["batch_size", "sequence_length", 3]),
    ],
)
def test_inputs_and_axes_have_optimum_s_names(kind, shape):
    graph = onnx_model(random_served(kind), MAX_LENGTH).graph

    def shape_of(value):
        return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]

    tokens = ["batch_size", "sequence_length"]
    assert [(x.name, shape_of(x)) for x in graph.input] == [
        ("input_ids", tokens), ("attention_mask", tokens), ("token_type_ids", tokens),
    ]  # fmt: skip
    assert [(x.name, shape_of(x)) for x in graph.output] == [("logits", shape)]


def test_gelu_and_layer_norm_are_single_operators_of_the_standard():
    model = onnx_model(random_served("tagger"), MAX_LENGTH)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", OPSET)]
    operators = [node.op_type for node in model.graph.node]
    assert operators.count("Gelu") == ENCODER.num_layers
    assert operators.count("LayerNormalization") == 2 * ENCODER.num_layers + 1
    # One product makes queries, keys and values.
    assert operators.count("MatMul") == 6 * ENCODER.num_layers + 1


def test_the_file_says_what_it_is():
    served = random_served("tagger")
    model = onnx_model(served, 12)
    found = {prop.key: prop.value for prop in model.metadata_props}
    assert found["kind"] == "tagger"
    assert json.loads(found["labels"]) == list(served.label_names)
    assert found["max_length"] == "12"
    assert found["tokenizer_digest"] == served.tokenizer.digest


def test_the_same_model_gives_the_same_bytes():
    first, second = (onnx_model(random_served("tagger"), MAX_LENGTH) for _ in range(2))
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(
        deterministic=True
    )
