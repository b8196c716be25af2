"""A served model as an ONNX graph, built from its weights.

Only operators of the ONNX standard are used. onnxruntime fuses bias and GELU when a session is
made. Residual sum and LayerNorm it would fuse too, were the shapes known: its operator for both is
slower on a processor than the two apart (docs/onnx.md), so none are stated.
"""

import json
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper

from selectra_pipeline import __version__
from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.attention import MASKED
from selectra_pipeline.serving.onnx_builder import GraphBuilder
from selectra_pipeline.serving.served_model import ServedModel

# The oldest in which exact GELU is one operator; LayerNormalization is one since opset 17.
OPSET = 20

# Inputs and axes are called what Hugging Face optimum calls them.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "logits"
BATCH, SEQUENCE = "batch_size", "sequence_length"

Weights = Mapping[str, np.ndarray]  # of a layer or a group of layers, by name


def onnx_model(served: ServedModel, max_length: int, int8_words: bool = False) -> onnx.ModelProto:
    """The model, from ids to logits, checked by onnx.

    Inputs are int64 [batch_size, sequence_length], with 1 in the attention mask for tokens and 0
    for padding. The output "logits" is float32 [batch_size, sequence_length] of a discriminator,
    [batch_size, classes] of a classifier and [batch_size, sequence_length, tags] of a tagger.

    Args:
        max_length: word pieces that users are to give at most; stands in the metadata.
        int8_words: keep the word table as int8 with a scale for each word: a quarter of its size.
    """
    weights = {
        variable.path.split("/", 1)[1]: variable.numpy()
        for variable in served.model.trainable_variables
    }
    builder = GraphBuilder()
    embedded = _embeddings(builder, served.config, _part(weights, "embeddings"), int8_words)
    states = _encoder(builder, served.config, _part(weights, "discriminator"), embedded)
    shape = _head(builder, served, weights, states)
    graph = builder.graph(
        served.kind,
        [helper.make_tensor_value_info(x, TensorProto.INT64, [BATCH, SEQUENCE]) for x in INPUTS],
        helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape),
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        graph,
        opset_imports=[opset],
        ir_version=helper.find_min_ir_version_for([opset]),
        producer_name="selectra_pipeline",
        producer_version=__version__,
    )
    helper.set_model_props(model, metadata(served, max_length))
    onnx.checker.check_model(model, full_check=True)
    return model


def metadata(served: ServedModel, max_length: int) -> dict[str, str]:
    """What the file says of itself (`metadata_props`), all as texts."""
    return {
        "kind": served.kind,
        "labels": json.dumps(served.label_names, ensure_ascii=False),
        "max_length": str(max_length),
        "tokenizer_digest": served.tokenizer.digest,
        "selectra_pipeline": __version__,
    }


def _part(weights: Weights, layer: str) -> Weights:
    """The weights of a layer, by their names within it."""
    prefix = f"{layer}/"
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def _embeddings(
    builder: GraphBuilder, config: EncoderConfig, weights: Weights, int8_words: bool
) -> str:
    """LN(word + type + position): [batch, seq, embed]."""
    with builder.scope("embeddings"):
        find_words = _find_int8_words if int8_words else _find_words
        words = find_words(builder, weights["word_embeddings"])
        types = builder.constant("token_type_embeddings", weights["token_type_embeddings"])
        positions = builder.constant("position_embeddings", weights["position_embeddings"])
        length = builder.add("Shape", "input_ids", start=1, end=2)
        x = builder.add("Add", words, builder.add("Gather", types, "token_type_ids"))
        places = builder.add("Slice", positions, builder.small([0]), length, builder.small([0]))
        return _layer_norm(builder, "LayerNorm", weights, builder.add("Add", x, places), config)


def _find_words(builder: GraphBuilder, table: np.ndarray) -> str:
    return builder.add("Gather", builder.constant("word_embeddings", table), "input_ids")


def _find_int8_words(builder: GraphBuilder, table: np.ndarray) -> str:
    """Words of a table of whole numbers from -127 to 127, times the word's scale."""
    scale = np.abs(table).max(axis=1, keepdims=True) / 127.0
    scale = np.where(scale > 0, scale, 1.0).astype(np.float32)
    whole = np.rint(table / scale).astype(np.int8)
    found = builder.add("Gather", builder.constant("word_embeddings", whole), "input_ids")
    scales = builder.add("Gather", builder.constant("word_scales", scale), "input_ids")
    return builder.add("Mul", builder.add("Cast", found, to=TensorProto.FLOAT), scales)


def _encoder(builder: GraphBuilder, config: EncoderConfig, weights: Weights, x: str) -> str:
    """Embeddings to the last states: [batch, seq, hidden]."""
    if config.embedding_size != config.hidden_size:
        x = _dense(builder, "embeddings_project", weights, x)
    bias = _attention_bias(builder)
    for number in range(config.num_layers):
        name = f"layer_{number}"
        with builder.scope(name):
            x = _layer(builder, config, _part(weights, name), x, bias)
    return x


def _attention_bias(builder: GraphBuilder) -> str:
    """`MASKED` at padding and 0 elsewhere: [batch, 1, 1, seq]."""
    with builder.scope("attention_bias"):
        mask = builder.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        padding = builder.add("Sub", builder.small(1.0), mask)
        bias = builder.add("Mul", padding, builder.small(MASKED))
        return builder.add("Unsqueeze", bias, builder.small([1, 2]))


def _layer(
    builder: GraphBuilder, config: EncoderConfig, weights: Weights, x: str, bias: str
) -> str:
    """Post-LayerNorm block: x -> LN(x + attention(x)) -> LN(. + FFN(.))."""
    with builder.scope("attention"):
        attended = _attention(builder, config, _part(weights, "attention"), x, bias)
    added = _dense(builder, "attention_output", weights, attended)
    x = builder.add("Add", added, x)
    x = _layer_norm(builder, "attention_LayerNorm", weights, x, config)
    inner = builder.add("Gelu", _dense(builder, "intermediate", weights, x))
    added = _dense(builder, "output", weights, inner)
    x = builder.add("Add", added, x)
    return _layer_norm(builder, "output_LayerNorm", weights, x, config)


def _attention(
    builder: GraphBuilder, config: EncoderConfig, weights: Weights, x: str, bias: str
) -> str:
    """softmax(Q K^T / sqrt(head_size) + bias) V, heads concatenated: [batch, seq, hidden]."""
    joined = _dense(builder, "query_key_value", _join_projections(config, weights), x)
    parts = builder.add_many("Split", 3, joined, axis=-1, num_outputs=3)
    heads = builder.small([0, 0, config.num_heads, config.hidden_size // config.num_heads])
    query, key, value = (
        builder.add("Transpose", builder.add("Reshape", part, heads), perm=order)
        for part, order in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
    )  # [batch, heads, seq, head], the key [batch, heads, head, seq]
    scores = builder.add("Add", builder.add("MatMul", query, key), bias)
    probabilities = builder.add("Softmax", scores, axis=-1)
    context = builder.add("MatMul", probabilities, value)
    context = builder.add("Transpose", context, perm=[0, 2, 1, 3])
    return builder.add("Reshape", context, builder.small([0, 0, config.hidden_size]))


def _join_projections(config: EncoderConfig, weights: Weights) -> Weights:
    """Of queries, keys and values as one product; queries are scaled already."""
    scale = np.float32((config.hidden_size // config.num_heads) ** -0.5)
    return {
        f"query_key_value/{kind}": np.concatenate(
            [weights[f"query/{kind}"] * scale, weights[f"key/{kind}"], weights[f"value/{kind}"]],
            axis=-1,
        )
        for kind in ("kernel", "bias")
    }


def _head(
    builder: GraphBuilder, served: ServedModel, weights: Weights, states: str
) -> list[int | str]:
    """Add the nodes from states to logits, and return the logits' shape."""
    if served.kind == "discriminator":
        head = _part(weights, "discriminator_head")
        with builder.scope("discriminator_head"):
            inner = builder.add("Gelu", _dense(builder, "dense", head, states))
            logits = _dense(builder, "dense_prediction", head, inner)  # [batch, seq, 1]
            builder.add("Squeeze", logits, builder.small([-1]))
        return [BATCH, SEQUENCE]
    head = _part(weights, "head")
    with builder.scope("head"):
        if served.kind == "tagger":
            _dense(builder, "classifier", head, states)
            return [BATCH, SEQUENCE, len(head["classifier/bias"])]
        first = builder.add("Gather", states, builder.small(0), axis=1)  # [CLS]: [batch, hidden]
        inner = builder.add("Gelu", _dense(builder, "dense", head, first))
        _dense(builder, "out_proj", head, inner)
        return [BATCH, len(head["out_proj/bias"])]


def _dense(builder: GraphBuilder, name: str, weights: Weights, x: str) -> str:
    """Product with a kernel, plus bias: [..., in] -> [..., out]. Gemm would take two axes only."""
    with builder.scope(name):
        kernel = builder.constant("kernel", weights[f"{name}/kernel"])
        bias = builder.constant("bias", weights[f"{name}/bias"])
        return builder.add("Add", builder.add("MatMul", x, kernel), bias)


def _layer_norm(
    builder: GraphBuilder, name: str, weights: Weights, x: str, config: EncoderConfig
) -> str:
    with builder.scope(name):
        gamma = builder.constant("gamma", weights[f"{name}/gamma"])
        beta = builder.constant("beta", weights[f"{name}/beta"])
        epsilon = config.layer_norm_epsilon
        return builder.add("LayerNormalization", x, gamma, beta, axis=-1, epsilon=epsilon)
