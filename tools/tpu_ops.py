"""Look up every operation of the training step in TensorFlow's registry of TPU kernels.

    make install-tpu
    TPU_LOAD_LIBRARY=0 .venv-tpu/bin/python tools/tpu_ops.py --env selectra_small

needs no TPU: tensorflow-tpu's wheel lists its compilation kernels, with their types, under the
device `XLA_TPU_JIT`. Prints a table and exits with 1 where an operation has none for its types.

What that proves: TensorFlow's bridge to XLA knows each operation of the graph, and of the functions
that it calls, on a TPU. What it does not: that shapes are static and that XLA compiles the result
(`tests/pretraining/test_tpu_fitness.py` and `tools/tpu_compile.py` look at those), and what
TPUStrategy adds for the sums over replicas (`CrossReplicaSum`).
"""

import argparse
import contextlib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import tensorflow as tf
from recipe_step import empty_batch, replica_step
from tensorflow.core.framework.kernel_def_pb2 import KernelDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.python.framework import kernels

DEVICE = "XLA_TPU_JIT"
EXAMPLES = 16  # of one of eight cores, at the recipes' batch size of 128

# The bridge handles these itself: the graph's inputs and outputs, and calls of functions, whose
# operations are checked on their own.
STRUCTURE = {"_Arg", "_Retval", "Placeholder", "PartitionedCall", "StatefulPartitionedCall"}


def main() -> int:
    """Print the table; 1 where an operation has no kernel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="selectra_small", help="the recipe, an environment")
    environment = parser.parse_args().env

    registered = tpu_kernels()
    counts, missing = Counter(), {}
    for node in step_nodes(environment):
        counts[node.op] += 1
        if not any(accepts(kernel, node) for kernel in registered[node.op]):
            missing[node.op] = types_of(node)
    for operation, count in sorted(counts.items()):
        verdict = f"NO KERNEL for {missing[operation]}" if operation in missing else "yes"
        print(f"{operation:45} {count:7,}  {verdict}")
    print(
        f"\n{environment}: {len(counts)} kinds of operation, {len(missing)} without a kernel for "
        f"{DEVICE} (tensorflow {tf.__version__})"
    )
    return 1 if missing else 0


def tpu_kernels() -> dict[str, list[KernelDef]]:
    """The registered kernels of the TPU, by operation."""
    # They register themselves when something is compiled for the first time. Compiling for the
    # processor then fails: tensorflow-tpu has no XLA for it.
    with contextlib.suppress(tf.errors.NotFoundError):
        tf.function(tf.identity, jit_compile=True)(tf.constant(0.0))
    registered = defaultdict(list)
    for kernel in kernels.get_all_registered_kernels().kernel:
        if kernel.device_type == DEVICE:
            registered[kernel.op].append(kernel)
    if not registered:
        sys.exit(
            f"TensorFlow {tf.__version__} has no kernels for {DEVICE}: use the environment that "
            "make install-tpu makes"
        )
    return registered


def step_nodes(environment: str) -> Iterator[NodeDef]:
    """All operations of the training step's graph and of the functions in its library."""
    step = tf.function(replica_step(environment), autograph=False)
    graph = step.get_concrete_function(*empty_batch(environment, EXAMPLES)).graph.as_graph_def()
    bodies: list[Iterable[NodeDef]] = [graph.node, *(f.node_def for f in graph.library.function)]
    return (node for body in bodies for node in body if node.op not in STRUCTURE)


def accepts(kernel: KernelDef, node: NodeDef) -> bool:
    """Whether the kernel takes the types of the node."""
    return all(
        set(_types(node, constraint.name)) <= set(constraint.allowed_values.list.type)
        for constraint in kernel.constraint
    )


def types_of(node: NodeDef) -> dict[str, list[str]]:
    """The node's type attributes, by name, for a message."""
    named = {name: [tf.as_dtype(t).name for t in _types(node, name)] for name in node.attr}
    return {name: types for name, types in sorted(named.items()) if types}


def _types(node: NodeDef, attribute: str) -> list[int]:
    value = node.attr[attribute]
    return [value.type] if value.type else list(value.list.type)


if __name__ == "__main__":
    sys.exit(main())
