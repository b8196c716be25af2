"""Initial weights, a function of the seed and the variable's name alone."""

import hashlib
import math
from collections.abc import Iterable

import keras
import numpy as np

# The original leaves these to TensorFlow's default, Glorot uniform; all else is truncated normal.
GLOROT = tuple(
    f"{layer}/kernel"
    for layer in (
        "embeddings_project",
        "dense_prediction",
        "classifier",
        "out_proj",
        "qa_outputs",
    )
)


def initialize(variables: Iterable[keras.Variable], stddev: float, seed: int) -> None:
    """Assign initial values: truncated normal, Glorot uniform (`GLOROT`), ones, zeros.

    Each variable has a generator of its own, seeded by `seed` and the variable's path: the order
    of creation, the device and the TensorFlow version do not matter.
    """
    for variable in variables:
        variable.assign(initial_value(variable.path, variable.shape, stddev, seed))


def initial_value(path: str, shape: tuple[int, ...], stddev: float, seed: int) -> np.ndarray:
    """The initial value of one variable, float32."""
    if path.endswith("gamma"):
        return np.ones(shape, np.float32)
    if path.endswith(("beta", "bias")):
        return np.zeros(shape, np.float32)
    digest = hashlib.blake2b(f"{seed}:{path}".encode(), digest_size=8).digest()
    generator = np.random.default_rng(int.from_bytes(digest, "little"))
    if path.endswith(GLOROT):
        limit = math.sqrt(6.0 / (shape[0] + shape[1]))
        return generator.uniform(-limit, limit, shape).astype(np.float32)
    return truncated_normal(generator, shape, stddev)


def truncated_normal(
    generator: np.random.Generator, shape: tuple[int, ...], stddev: float
) -> np.ndarray:
    """Normal values of which those beyond two standard deviations are drawn again, float32."""
    values = generator.standard_normal(shape, np.float32)
    beyond = np.abs(values) > 2
    while beyond.any():
        values[beyond] = generator.standard_normal(int(beyond.sum()), np.float32)
        beyond = np.abs(values) > 2
    return values * np.float32(stddev)
