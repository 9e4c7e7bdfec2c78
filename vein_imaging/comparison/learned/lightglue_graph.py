"""LightGlue as a graph of fixed depth: nine layers, nobody leaves early.

Lindenberger, Sarlin, Pollefeys 2023, arXiv:2306.13643.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.learned.graph_builder import GraphBuilder

__all__ = ["lightglue_graph"]

_LAYERS, _WIDE, _HEADS = 9, 256, 4
_HEAD = _WIDE // _HEADS
_WORDS = 128  # of a description
_HALVES = np.r_[0:_HEAD:2, 1:_HEAD:2]
"""Even numbers of a head first, odd ones after them: turning pairs of numbers is then
one product of halves, and nothing need be interleaved."""

Weights = Mapping[str, NDArray[Any]]


def lightglue_graph(weights: Weights) -> bytes:
    """Write LightGlue for descriptions by DISK.

    Parameters
    ----------
    weights : mapping
        The state of the matcher, "input_proj.weight" and so on.

    Returns
    -------
    bytes
        Inputs `kp0` (m, 2), `d0` (m, 128), `kp1` (n, 2), `d1` (n, 128): points in
        [-1, 1] along the longer side, and descriptions; output `scores` (m, n), the
        logarithm of the probability that two are one.
    """
    layers = _Layers(weights)
    graph = layers.graph
    values = [layers.linear(f"d{k}", "input_proj") for k in (0, 1)]
    turns = [layers.turns(f"kp{k}") for k in (0, 1)]
    for layer in range(_LAYERS):
        values = [
            layers.self_attention(value, turn, layer)
            for value, turn in zip(values, turns, strict=True)
        ]
        values = layers.cross_attention(values, layer)
    scores = layers.assignment(values, f"log_assignment.{_LAYERS - 1}")
    inputs: dict[str, list[str | int]] = {}
    for k, count in enumerate("mn"):
        inputs |= {f"kp{k}": [count, 2], f"d{k}": [count, _WORDS]}
    return graph.finish("lightglue", inputs, {"scores": (scores, ["m", "n"])})


class _Layers:
    def __init__(self, weights: Weights) -> None:
        self.graph = GraphBuilder(halved=True)
        self._weights = weights

    def linear(self, value: str, block: str) -> str:
        return self._affine(
            value, self._weights[f"{block}.weight"], self._weights.get(f"{block}.bias")
        )

    def turns(self, points: str) -> tuple[str, str]:
        """Cosine and sine of the angles that stand for the points' places."""
        matrix = np.ascontiguousarray(self._weights["posenc.Wr.weight"].T)
        angles = self.graph.op("MatMul", points, self.graph.constant(matrix))
        return self.graph.op("Cos", angles), self.graph.op("Sin", angles)

    def self_attention(self, value: str, turn: tuple[str, str], layer: int) -> str:
        block = f"transformers.{layer}.self_attn"
        if f"{block}.Wqkv.weight" not in self._weights:
            block = f"self_attn.{layer}"
        shape = (_HEADS, _HEAD, 3)
        weight = self._weights[f"{block}.Wqkv.weight"].reshape(*shape, _WIDE)
        bias = self._weights[f"{block}.Wqkv.bias"].reshape(shape)
        parts = []
        for part in range(3):
            order = _HALVES if part < 2 else np.arange(_HEAD)
            parts.append(
                self._heads(
                    self._affine(
                        value,
                        weight[:, order, part].reshape(_WIDE, _WIDE),
                        bias[:, order, part].reshape(_WIDE),
                    )
                )
            )
        query, key = (self._turned(part, *turn) for part in parts[:2])
        scaled = self._times(query, _HEAD**-0.5)
        likeness = self.graph.op("MatMul", scaled, self._flipped(key))
        found = self.graph.op("MatMul", self._softmax(likeness), parts[2])
        return self._updated(
            value, self.linear(self._joined(found), f"{block}.out_proj"), block
        )

    def cross_attention(self, values: list[str], layer: int) -> list[str]:
        block = f"transformers.{layer}.cross_attn"
        if f"{block}.to_qk.weight" not in self._weights:
            block = f"cross_attn.{layer}"
        keys = [self._heads(self.linear(value, f"{block}.to_qk")) for value in values]
        told = [self._heads(self.linear(value, f"{block}.to_v")) for value in values]
        scaled = self._times(keys[0], _HEAD**-0.5)
        likeness = self.graph.op("MatMul", scaled, self._flipped(keys[1]))
        found = [
            self.graph.op("MatMul", self._softmax(likeness), told[1]),
            self.graph.op("MatMul", self._softmax(self._flipped(likeness)), told[0]),
        ]
        return [
            self._updated(
                value, self.linear(self._joined(part), f"{block}.to_out"), block
            )
            for value, part in zip(values, found, strict=True)
        ]

    def assignment(self, values: list[str], block: str) -> str:
        one, other = (
            self._times(self.linear(value, f"{block}.final_proj"), _WIDE**-0.25)
            for value in values
        )
        flipped = self.graph.op("Transpose", other, perm=[1, 0])
        likeness = self.graph.op("MatMul", one, flipped)
        there, back = (
            self._log_sigmoid(self.linear(value, f"{block}.matchability"))
            for value in values
        )
        both = self.graph.op(
            "Add",
            self.graph.op("LogSoftmax", likeness, axis=1),
            self.graph.op("LogSoftmax", likeness, axis=0),
        )
        matchable = self.graph.op(
            "Add", there, self.graph.op("Transpose", back, perm=[1, 0])
        )
        return self.graph.op("Add", both, matchable)

    def _affine(
        self, value: str, weight: NDArray[Any], bias: NDArray[Any] | None
    ) -> str:
        matrix = self.graph.weight(np.ascontiguousarray(weight.T))
        product = self.graph.op("MatMul", value, matrix)
        if bias is None:
            return product
        return self.graph.op("Add", product, self.graph.constant(bias))

    def _updated(self, value: str, message: str, block: str) -> str:
        inner = self.linear(
            self.graph.op("Concat", value, message, axis=-1), f"{block}.ffn.0"
        )
        scale, shift = (
            self.graph.constant(self._weights[f"{block}.ffn.1.{part}"])
            for part in ("weight", "bias")
        )
        inner = self.graph.op(
            "LayerNormalization", inner, scale, shift, axis=-1, epsilon=1e-5
        )
        # GELU by its definition, x (1 + erf(x / sqrt 2)) / 2
        bell = self.graph.op("Erf", self._times(inner, 0.5**0.5))
        one = self.graph.constant(1.0, np.float32)
        gated = self.graph.op(
            "Mul", self._times(inner, 0.5), self.graph.op("Add", bell, one)
        )
        return self.graph.op("Add", value, self.linear(gated, f"{block}.ffn.3"))

    def _turned(self, value: str, cosine: str, sine: str) -> str:
        graph = self.graph
        even, odd = graph.ops("Split", 2, value, axis=-1)
        first = graph.op(
            "Sub", graph.op("Mul", even, cosine), graph.op("Mul", odd, sine)
        )
        second = graph.op(
            "Add", graph.op("Mul", odd, cosine), graph.op("Mul", even, sine)
        )
        return graph.op("Concat", first, second, axis=-1)

    def _heads(self, value: str) -> str:
        shape = self.graph.constant([-1, _HEADS, _HEAD], np.int64)
        parted = self.graph.op("Reshape", value, shape)
        return self.graph.op("Transpose", parted, perm=[1, 0, 2])

    def _joined(self, value: str) -> str:
        flat = self.graph.op("Transpose", value, perm=[1, 0, 2])
        return self.graph.op(
            "Reshape", flat, self.graph.constant([-1, _WIDE], np.int64)
        )

    def _flipped(self, value: str) -> str:
        return self.graph.op("Transpose", value, perm=[0, 2, 1])

    def _softmax(self, value: str) -> str:
        return self.graph.op("Softmax", value, axis=-1)

    def _times(self, value: str, factor: float) -> str:
        return self.graph.op("Mul", value, self.graph.constant(factor, np.float32))

    def _log_sigmoid(self, value: str) -> str:
        return self.graph.op(
            "Neg", self.graph.op("Softplus", self.graph.op("Neg", value))
        )
