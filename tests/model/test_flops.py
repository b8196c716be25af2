import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import discriminator_flops, generator_flops, training_flops
from selectra_pipeline.model.noise import root_noise
from selectra_pipeline.pretraining.masking import MaskingVocabulary, SpecialIds
from selectra_pipeline.pretraining.objective import Objective
from selectra_pipeline.records.reader import Batch

VOCABULARY, BATCH, LENGTH = 70, 2, 40
SMALL = ArchitectureConfig(
    hidden_size=256,
    num_layers=12,
    num_heads=4,
    intermediate_size=1024,
    max_position_embeddings=512,
    generator_size=0.25,
)


def matrix_product_flops(graph: tf.Graph) -> int:
    """2 m k n of every matrix product in a traced graph, read off the shapes of its tensors.

    Products with a row of ones are sums over a bias's gradient, and left out.
    """
    total = 0
    for operation in graph.get_operations():
        if operation.type not in ("MatMul", "BatchMatMulV2"):
            continue
        left, transposed = operation.inputs[0].shape, "transpose_a"
        if left[0] == 1 and operation.type == "MatMul":
            continue
        if operation.type == "BatchMatMulV2":
            transposed = "adj_x"
        inner = left[-2] if operation.get_attr(transposed) else left[-1]
        total += 2 * inner * math.prod(operation.outputs[0].shape)
    return total


def traced_flops(model: Electra, config: ObjectiveConfig) -> int:
    """FLOPs of loss and gradients of one batch, counted in the graph that training runs."""
    variables = [variable.value for variable in model.trainable_variables]
    vocabulary = MaskingVocabulary(SpecialIds(2, 3, 4), np.zeros(VOCABULARY, bool))
    objective = Objective(model, vocabulary, config, chunk_rows=10_000)

    @tf.function(autograph=False)
    def gradients(input_ids, input_mask, segment_ids):
        batch, noise = Batch(input_ids, input_mask, segment_ids), root_noise(1)
        masked = objective.mask(batch, noise)
        counts = objective.count(batch, masked)
        with tf.GradientTape() as tape:
            outputs = objective(batch, masked, counts, noise, training=True)
        return tape.gradient(outputs.loss, variables)

    example = tf.constant(np.ones([BATCH, LENGTH], np.int32))
    return matrix_product_flops(gradients.get_concrete_function(example, example, example).graph)


@pytest.mark.parametrize("embedding_size", [None, 24], ids=["same_width", "projected"])
@pytest.mark.parametrize(
    "objective",
    [
        {},
        {"task": "mlm"},
        {"task": "electric"},
        {"generator": "tied"},
        {"generator": "uniform"},
        {"generator_embeddings": "own"},
    ],
    ids=lambda changes: "_".join(changes.values()) or "electra",
)
def test_the_count_is_that_of_the_matrix_products_of_the_traced_training_graph(
    embedding_size, objective
):
    architecture = ArchitectureConfig(
        hidden_size=32,
        num_layers=2,
        num_heads=2,
        intermediate_size=48,
        embedding_size=embedding_size,
        max_position_embeddings=LENGTH,
        generator_size=0.5,
        generator_layers=3,
    )
    config = ObjectiveConfig(**objective)
    model = Electra.create(architecture, VOCABULARY, "float32", 1, config)
    assert BATCH * training_flops(model, config, LENGTH) == traced_flops(model, config)


def test_a_token_of_selectra_small_costs_96_million_flops():
    with keras.StatelessScope(initialize_variables=False):
        model = Electra.uninitialized(SMALL, 50_000, "float32", ObjectiveConfig())
    per_token = training_flops(model, ObjectiveConfig(), length=512) / 512
    assert per_token == pytest.approx(96e6, rel=0.005)
    generator, discriminator = SMALL.generator(50_000), SMALL.discriminator(50_000)
    # Forward, by the numbers of the module's docstring.
    assert discriminator_flops(discriminator, 512) == 512 * (12 * 2_097_152 + 131_584)
    assert generator_flops(generator, 512, 79) == 512 * (12 * 229_376 + 32_768) + 79 * 25_632_768
