import math

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import discriminator_flops, generator_flops, training_flops
from selectra_pipeline.pretraining.masking import SpecialIds
from selectra_pipeline.pretraining.objective import electra_objective
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
    """2 m k n of every matrix product in a traced graph, read off the shapes of its tensors."""
    total = 0
    for operation in graph.get_operations():
        if operation.type not in ("MatMul", "BatchMatMulV2"):
            continue
        left, transposed = operation.inputs[0].shape, "transpose_a"
        if operation.type == "BatchMatMulV2":
            transposed = "adj_x"
        inner = left[-2] if operation.get_attr(transposed) else left[-1]
        total += 2 * inner * math.prod(operation.outputs[0].shape)
    return total


def traced_flops(config: PretrainingConfig) -> int:
    """FLOPs of loss and gradients of one batch, counted in the graph that training runs."""
    model = Electra.create(config.architecture, VOCABULARY, "float32", seed=1)
    variables = [variable.value for variable in model.trainable_variables]

    @tf.function(autograph=False)
    def gradients(input_ids, input_mask, segment_ids):
        batch = Batch(input_ids, input_mask, segment_ids)
        with tf.GradientTape() as tape:
            outputs = electra_objective(
                model, batch, SpecialIds(2, 3, 4), config.objective, tf.constant([1, 2]), True
            )
        return tape.gradient(outputs.loss, variables)

    example = tf.constant(np.ones([BATCH, LENGTH], np.int32))
    return matrix_product_flops(gradients.get_concrete_function(example, example, example).graph)


@pytest.mark.parametrize("embedding_size", [None, 24], ids=["same_width", "projected"])
def test_the_count_is_that_of_the_matrix_products_of_the_traced_training_graph(embedding_size):
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
    config = PretrainingConfig(architecture=architecture)
    per_example = training_flops(
        architecture.generator(VOCABULARY),
        architecture.discriminator(VOCABULARY),
        LENGTH,
        config.objective.masking.max_predictions(LENGTH),
    )
    assert BATCH * per_example == traced_flops(config)


def test_a_token_of_selectra_small_costs_96_million_flops():
    generator, discriminator = SMALL.generator(50_000), SMALL.discriminator(50_000)
    per_token = training_flops(generator, discriminator, length=512, predictions=79) / 512
    assert per_token == pytest.approx(96e6, rel=0.005)
    # Forward, by the numbers of the module's docstring.
    assert discriminator_flops(discriminator, 512) == 512 * (12 * 2_097_152 + 131_584)
    assert generator_flops(generator, 512, 79) == 512 * (12 * 229_376 + 32_768) + 79 * 25_632_768
