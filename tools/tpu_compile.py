"""Compile the training step with the TPU's own compiler, and print the memory that it takes.

    .venv/bin/python tools/tpu_compile.py lower step.mlir --env selectra_small --examples 16
    make install-tpu
    .venv-tpu/bin/pip install jax==0.5.2 jaxlib==0.5.1
    .venv-tpu/bin/python tools/tpu_compile.py compile step.mlir --topology v2:2x2

No TPU is needed: libtpu compiles ahead of time for a topology that is only named. JAX gives access
to that; its release must be the one that belongs to the locked libtpu. The first command needs the
usual environment, since tensorflow-tpu can't lower for a processor. Compiling takes minutes.

What that proves: the program of one replica compiles for that TPU and fits into a core's memory.
What it does not: that it runs, how fast, and the sums over replicas, which TPUStrategy adds.
"""

import argparse
import os
import sys
from pathlib import Path

KIB = 1024


def lower(path: Path, environment: str, examples: int) -> None:
    """Write the StableHLO of a recipe's step on `examples` examples, in bfloat16."""
    import tensorflow as tf
    from recipe_step import empty_batch, replica_step

    step = tf.function(replica_step(environment), jit_compile=True, autograph=False)
    batch = empty_batch(environment, examples)
    path.write_text(step.experimental_get_compiler_ir(*batch)(stage="stablehlo"))


def compile_ahead(path: Path, topology: str) -> None:
    """Compile a StableHLO program for one core of `topology` and print the memory it takes."""
    # libtpu would ask the metadata server of a TPU VM what it runs on.
    os.environ.update(
        TPU_SKIP_MDS_QUERY="1",
        TPU_ACCELERATOR_TYPE="v2-8",
        TPU_WORKER_HOSTNAMES="localhost",
        TPU_WORKER_ID="0",
        JAX_PLATFORMS="cpu",
    )
    import numpy as np
    from jax.experimental.topologies import get_topology_desc
    from jax.interpreters import mlir
    from jaxlib import xla_client
    from jaxlib.mlir import ir

    core = get_topology_desc(topology, "tpu").devices[0]
    with mlir.make_ir_context():
        program = mlir.module_to_bytecode(ir.Module.parse(path.read_text()))
    options = xla_client.CompileOptions()
    one_core = np.array([[core.id]], np.int32)  # [replicas, partitions]
    options.device_assignment = xla_client.DeviceAssignment.create(one_core)
    memory = core.client.compile(program, options).get_compiled_memory_stats()
    print(f"{path} compiles for {core.device_kind}. Memory of a core, in MiB:")
    for name, size in (
        ("weights, moments, batch", memory.argument_size_in_bytes),
        ("activations and gradients", memory.temp_size_in_bytes),
        ("program", memory.generated_code_size_in_bytes),
        ("results that replace no input", memory.output_size_in_bytes - memory.alias_size_in_bytes),
    ):
        print(f"{name:30} {size / KIB**2:10,.1f}")
    sys.stdout.flush()
    os._exit(0)  # libtpu's threads would outlive the interpreter, and abort


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    lowering = commands.add_parser("lower", help="write the program as StableHLO")
    lowering.add_argument("path", type=Path)
    lowering.add_argument("--env", default="selectra_small", help="the recipe, an environment")
    lowering.add_argument("--examples", type=int, default=16, help="of one replica")
    compiling = commands.add_parser("compile", help="compile a StableHLO program for a TPU")
    compiling.add_argument("path", type=Path)
    compiling.add_argument("--topology", default="v2:2x2", help="v2:2x2, v3:2x2, v4:2x2x1, v5e:2x2")
    arguments = parser.parse_args()
    if arguments.command == "lower":
        lower(arguments.path, arguments.env, arguments.examples)
    else:
        compile_ahead(arguments.path, arguments.topology)


if __name__ == "__main__":
    main()
