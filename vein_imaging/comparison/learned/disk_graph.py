"""DISK as a graph: a U-net of five levels down and four up.

Tyszkiewicz, Fua, Trulls 2020, arXiv:2006.13566.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.learned.graph_builder import GraphBuilder

__all__ = ["disk_graph"]

_LEVELS = 5  # down; one fewer up: the last is joined to the second
_OUTPUTS = 129  # 128 of the description, one of the score
_KERNEL = {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}


def disk_graph(weights: Mapping[str, NDArray[Any]]) -> bytes:
    """Write DISK.

    Parameters
    ----------
    weights : mapping
        The state of the extractor, "unet.path_down.0.1.3.weight" and so on.

    Returns
    -------
    bytes
        Input `image` (1, 3, h, w), RGB in [0, 1], h and w multiples of 16; output `out`
        (1, 129, h, w).
    """
    graph = GraphBuilder(halved=False)
    levels = [("image", 3)]
    for level in range(_LEVELS):
        value, channels = levels[-1]
        if level:
            value = graph.op("AveragePool", value, kernel_shape=[2, 2], strides=[2, 2])
        block = f"unet.path_down.{level}.1."
        levels.append(_convolved(graph, weights, value, block, channels, level > 0))
    value, channels = levels[-1]
    double = graph.constant([1, 1, 2, 2], np.float32)
    for level, (other, others) in enumerate(levels[-2:0:-1]):
        value = graph.op(
            "Resize",
            *(value, "", double),
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        value = graph.op("Concat", value, other, axis=1)
        block = f"unet.path_up.{level}.conv."
        value, channels = _convolved(
            graph, weights, value, block, channels + others, True
        )
    shape: list[str | int] = [1, _OUTPUTS, "h", "w"]
    return graph.finish("disk", {"image": [1, 3, "h", "w"]}, {"out": (value, shape)})


def _convolved(
    graph: GraphBuilder,
    weights: Mapping[str, NDArray[Any]],
    value: str,
    block: str,
    channels: int,
    gated: bool,
) -> tuple[str, int]:
    if gated:
        ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        value = graph.op(
            "InstanceNormalization",
            *(value, graph.constant(ones), graph.constant(zeros)),
            epsilon=1e-5,
        )
        slope = weights[f"{block}1.weight"].reshape(-1, 1, 1)
        value = graph.op("PRelu", value, graph.weight(slope))
    kernel = weights[f"{block}3.weight"]
    value = graph.op(
        "Conv",
        *(value, graph.weight(kernel), graph.weight(weights[f"{block}3.bias"])),
        **_KERNEL,
    )
    return value, kernel.shape[0]
