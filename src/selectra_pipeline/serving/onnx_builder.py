"""Building an ONNX graph, a node at a time."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


class GraphBuilder:
    """Collects nodes and constants; a tensor is known by its name.

    Names are those of the open scopes and of the operator or the constant, joined by "/":
    "layer_0/attention/Softmax", in a graph viewer and in messages of a runtime.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}
        self._scopes: list[str] = []
        self._used: Counter[str] = Counter()

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Give the name to all that is added in the block."""
        self._scopes.append(name)
        yield
        self._scopes.pop()

    def constant(self, name: str, value: np.ndarray) -> str:
        """Add weights, whose type and shape are those of the array."""
        path = "/".join([*self._scopes, name])
        self.constants[path] = np.ascontiguousarray(value)
        return path

    def small(self, value: Sequence[int] | float) -> str:
        """A number (float32) or the whole numbers of an axis, a shape; kept once for all nodes."""
        whole = not isinstance(value, float)
        array = np.array(value, np.int64 if whole else np.float32)
        name = str(value).replace(" ", "")
        self.constants[name] = array
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output, and return that."""
        return self.add_many(operator, 1, *inputs, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node, and return its outputs."""
        path = "/".join([*self._scopes, operator])
        self._used[path] += 1
        name = path if self._used[path] == 1 else f"{path}_{self._used[path]}"
        names = [name] if outputs == 1 else [f"{name}:{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name=name, **attributes))
        return names

    def graph(
        self, name: str, inputs: Sequence[onnx.ValueInfoProto], output: onnx.ValueInfoProto
    ) -> onnx.GraphProto:
        """The finished graph; what the last node gives is its output, under that name."""
        self.nodes[-1].output[0] = output.name
        constants = [numpy_helper.from_array(value, key) for key, value in self.constants.items()]
        return helper.make_graph(self.nodes, name, inputs, [output], constants)
