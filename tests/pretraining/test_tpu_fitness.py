"""What a TPU asks of the training step, read off the program that XLA is given.

A TPU compiles the whole step ahead: every shape must be known, every operation must be one of XLA's
own, float64 is emulated, and random numbers repeat those of other devices only with Philox.
"""

import re

import pytest
import tensorflow as tf
from recipe_step import empty_batch, replica_step

from selectra_pipeline.records.reader import heldout_batches, training_batches

EXAMPLES = 2


def lower(function, *arguments) -> str:
    """The program that XLA is given for `function`, as HLO text."""
    compiled = tf.function(function, jit_compile=True, autograph=False)
    return compiled.experimental_get_compiler_ir(*arguments)(stage="hlo")


@pytest.fixture(scope="module")
def program() -> str:
    """The step of SELECTRA small in bfloat16: 12 layers, 50,000 words, length 512.

    In the form with the most to it: two micro-batches, and their logits in two chunks.
    """
    step = replica_step("selectra_small", accumulation_steps=2, logit_rows=64)
    return lower(step, *empty_batch("selectra_small", EXAMPLES))


def operations(program: str, name: str) -> list[str]:
    """The lines of `program` whose operation is `name`."""
    return [line for line in program.splitlines() if f" {name}(" in line]


def frozen_variables(program: str) -> list[str]:
    """Reads of variables that became constants: XLA needed their values while compiling."""
    return [line for line in operations(program, "constant") if 'op_type="ReadVariableOp"' in line]


def random_algorithms(program: str) -> set[str]:
    bits = operations(program, "rng-bit-generator")
    return {re.search(r"algorithm=(\w+)", line)[1] for line in bits}


def test_the_program_is_the_whole_step_in_bfloat16(program):
    assert f"s32[{EXAMPLES},512]" in program
    assert len(operations(program, "while")) >= 2  # micro-batches, chunks
    assert "f32[50000,256]" in program  # the word table and its moments
    matrix_products = operations(program, "dot")
    assert len(matrix_products) > 12 * 2 * 6 * 3  # layers, encoders, products, passes
    assert all("= bf16[" in line for line in matrix_products)


def test_every_operation_is_one_of_xla(program):
    assert not operations(program, "custom-call")


def test_every_shape_is_known(program):
    assert not re.findall(r"\w+\[[^\]]*<=[^\]]*\]", program)


def test_nothing_is_float64(program):
    assert not re.findall(r"\b(?:f64|c128)\[", program)


def test_random_numbers_are_philox(program):
    assert random_algorithms(program) == {"rng_philox"}
    assert not operations(program, "rng")
    assert not operations(program, "rng-get-and-update-state")


def test_no_variable_is_frozen_into_the_program(program):
    """The step's number for one: the program would be another one, compiled anew, in each step."""
    assert not frozen_variables(program)


def test_every_batch_has_the_same_known_shape(tiny):
    """The last one of the held-out text too: another shape would be another program."""
    for batches in (training_batches(tiny.records, 16, seed=1), heldout_batches(tiny.records, 16)):
        assert {spec.shape for spec in batches.element_spec} == {tf.TensorShape([16, 32])}


def test_the_checks_see_what_they_look_for():
    count, values = tf.Variable(2), tf.range(4.0)
    assert frozen_variables(lower(lambda: values[count.read_value()]))
    assert not frozen_variables(lower(lambda: tf.gather(values, count.read_value())))
    threefry = lower(lambda: tf.random.stateless_uniform([4], [1, count], alg="threefry"))
    assert random_algorithms(threefry) != {"rng_philox"}
    assert operations(lower(lambda: tf.random.uniform([4])), "rng")
    assert "<=" in lower(lambda: tf.boolean_mask(values, values > tf.cast(count, tf.float32)))
    assert "f64[" in lower(lambda: tf.cast(count, tf.float64) + 1.0)
    matrix = tf.eye(3) * tf.cast(count, tf.float32)
    assert operations(lower(lambda: tf.linalg.qr(matrix)[0]), "custom-call")
