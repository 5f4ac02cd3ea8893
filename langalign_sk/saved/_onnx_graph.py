"""A graph of ONNX, written node by node, all of it in float64."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

#: What every onnxruntime since 1.18 reads.
_OPSET, _IR = 17, 9


class Graph:
    """Nodes and constants; `inputs` are declared, outputs named at the end.

    Values are the names of tensors. Rows are float64, so that an answer is that of NumPy within
    rounding.
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []

    def take(self, name: str, kind: str, *shape: Any) -> str:
        """Declare an input."""
        from onnx import helper

        self._inputs.append(helper.make_tensor_value_info(name, _type(kind), ["rows", *shape]))
        return name

    def constant(self, value: Any, kind: str = "float64") -> str:
        """Add a constant."""
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return its output."""
        from onnx import helper

        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, rows: str, coef: Any, intercept: Any = None) -> str:
        """Multiply rows with a matrix, and add a vector."""
        product = self.node("MatMul", rows, self.constant(coef))
        return product if intercept is None else self.plus(product, intercept)

    def plus(self, rows: str, value: Any) -> str:
        """Add a constant to rows."""
        return self.node("Add", rows, self.constant(value))

    def times(self, rows: str, value: Any) -> str:
        """Multiply rows with a constant."""
        return self.node("Mul", rows, self.constant(value))

    def columns(self, rows: str, start: int, stop: int) -> str:
        """Cut columns out."""
        ends = (self.constant([end], "int64") for end in (start, stop, 1))
        return self.node("Slice", rows, *ends)

    def sum(self, rows: str) -> str:
        """Sum each row, as a column."""
        return self.node("ReduceSum", rows, self.constant([1], "int64"), keepdims=1)

    def where(self, mask: str, one: str, other: str) -> str:
        """Take `one` where `mask` is true, `other` elsewhere."""
        return self.node("Where", mask, one, other)

    def share(self, rows: str) -> str:
        """Divide each row by its sum."""
        return self.node("Div", rows, self.sum(rows))

    def save(self, path: Path, outputs: dict[str, tuple[str, str, tuple[str, ...]]]) -> None:
        """Write the graph; `outputs` are tensors, types and further dimensions, by name."""
        from onnx import checker, helper

        renamed, values = [], []
        for name, (tensor, kind, behind) in outputs.items():
            renamed.append(helper.make_node("Cast", [tensor], [name], to=_type(kind)))
            shape = ["rows", *behind]
            values.append(helper.make_tensor_value_info(name, _type(kind), shape))
        nodes, needed = list[Any](), {tensor for tensor, _, _ in outputs.values()}
        for node in reversed(self._nodes):  # a mask may serve nobody
            if node.output[0] in needed:
                nodes.insert(0, node)
                needed.update(node.input)
        constants = [constant for constant in self._constants if constant.name in needed]
        graph = helper.make_graph([*nodes, *renamed], "head", self._inputs, values, constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="langalign_sk"
        )
        model.ir_version = _IR
        checker.check_model(model)
        path.write_bytes(model.SerializeToString())


def _type(kind: str) -> int:
    """Return ONNX's number of a NumPy type."""
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(np.dtype(kind)))
