"""Builds an ONNX graph operation by operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["GraphBuilder"]

_OPERATIONS, _FORMAT = 17, 8
"""Versions of the operations and of the file that OpenCV 5 reads."""
_SMALL = 64  # numbers; fewer are kept exact, halving them saves nothing


class GraphBuilder:
    """Collects operations and constants; values go by name.

    Parameters
    ----------
    halved : bool
        Store weights in 16 bits. They are computed with in 32.
    """

    def __init__(self, *, halved: bool) -> None:
        self._halved = halved
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def weight(self, values: NDArray[Any]) -> str:
        """Add a trained weight; the same one is stored once.

        Parameters
        ----------
        values : array

        Returns
        -------
        str
            Its name.
        """
        small = not self._halved or values.size <= _SMALL
        if small or values.dtype != np.float32:
            return self.constant(values)
        return self.op("Cast", self.constant(values.astype(np.float16)), to=1)

    def constant(self, values: ArrayLike, kind: type[np.generic] | None = None) -> str:
        """Add numbers that are kept as they are.

        Parameters
        ----------
        values : array-like
        kind : NumPy type, optional

        Returns
        -------
        str
            Its name.
        """
        array = np.ascontiguousarray(np.asarray(values, kind))
        array = array.reshape(np.shape(values))
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._known:
            self._known[key] = f"c{len(self._known)}"
            self._weights.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def op(self, name: str, *inputs: str, **attributes: Any) -> str:
        """Add an operation.

        Parameters
        ----------
        name : str
            As ONNX calls it.
        *inputs : str
        **attributes

        Returns
        -------
        str
            Name of its output.
        """
        return self.ops(name, 1, *inputs, **attributes)[0]

    def ops(self, name: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add an operation with several outputs.

        Parameters
        ----------
        name : str
        count : int
            Of outputs.
        *inputs : str
        **attributes

        Returns
        -------
        list of str
        """
        out = [f"t{len(self._nodes)}_{k}" for k in range(count)]
        self._nodes.append(helper.make_node(name, list(inputs), out, **attributes))
        return out

    def finish(
        self,
        name: str,
        inputs: dict[str, list[str | int]],
        outputs: dict[str, tuple[str, list[str | int]]],
    ) -> bytes:
        """Check the graph and write it.

        Parameters
        ----------
        name : str
        inputs : name to shape
        outputs : name to (value, shape)

        Returns
        -------
        bytes
        """
        for out, (value, _shape) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [out]))
        kind = TensorProto.FLOAT
        shapes = {out: shape for out, (_, shape) in outputs.items()}
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info(n, kind, s) for n, s in inputs.items()],
            [helper.make_tensor_value_info(n, kind, s) for n, s in shapes.items()],
            self._weights,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPERATIONS)],
            ir_version=_FORMAT,
        )
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
