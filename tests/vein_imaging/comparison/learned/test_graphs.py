"""The graphs obey laws of the networks, whatever the weights."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="writes the graphs; installed by make setup")

from vein_imaging.comparison.learned.disk_graph import disk_graph
from vein_imaging.comparison.learned.lightglue_graph import lightglue_graph

Array = NDArray[np.float32]


def drawing(seed: int) -> Callable[..., Array]:
    rng = np.random.default_rng(seed)
    return lambda *shape: rng.normal(0, 0.05, shape).astype(np.float32)


def net(graph: bytes) -> cv2.dnn.Net:
    return cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))


def disk_weights() -> dict[str, Array]:
    draw, weights = drawing(1), {}
    wide = [3, 4, 6, 8, 8, 8]
    for level in range(5):
        block = f"unet.path_down.{level}.1."
        weights[f"{block}1.weight"] = draw(wide[level])
        weights[f"{block}3.weight"] = draw(wide[level + 1], wide[level], 5, 5)
        weights[f"{block}3.bias"] = draw(wide[level + 1])
    below = wide[5]
    for level, (beside, out) in enumerate(
        zip(wide[4:0:-1], (8, 8, 8, 129), strict=True)
    ):
        block = f"unet.path_up.{level}.conv."
        weights[f"{block}1.weight"] = draw(below + beside)
        weights[f"{block}3.weight"] = draw(out, below + beside, 5, 5)
        weights[f"{block}3.bias"] = draw(out)
        below = out
    return weights


def test_disk_describes_every_pixel_and_is_computed_alike_at_any_size() -> None:
    network = net(disk_graph(disk_weights()))
    for height, width in ((64, 96), (32, 160)):
        image = np.random.default_rng(2).random((1, 3, height, width), np.float32)
        network.setInput(image)
        out = network.forward()
        assert out.shape == (1, 129, height, width)
        assert np.isfinite(out).all() and out.std() > 0
        # averages over the picture take a change of the light at the first gate away,
        # but not the order of the rows
        network.setInput(np.ascontiguousarray(image[..., ::-1]))
        assert not np.allclose(network.forward(), out)


def lightglue_weights() -> dict[str, Array]:
    draw = drawing(3)
    weights = {"input_proj.weight": draw(256, 128), "input_proj.bias": draw(256)}
    weights["posenc.Wr.weight"] = draw(32, 2) * 20
    for layer in range(9):
        for kind, names in (
            ("self_attn", {"Wqkv": 768, "out_proj": 256}),
            ("cross_attn", {"to_qk": 256, "to_v": 256, "to_out": 256}),
        ):
            block = f"transformers.{layer}.{kind}"
            for name, out in names.items():
                weights[f"{block}.{name}.weight"] = draw(out, 256)
                weights[f"{block}.{name}.bias"] = draw(out)
            weights[f"{block}.ffn.0.weight"] = draw(512, 512)
            weights[f"{block}.ffn.0.bias"] = draw(512)
            weights[f"{block}.ffn.1.weight"] = 1 + draw(512)
            weights[f"{block}.ffn.1.bias"] = draw(512)
            weights[f"{block}.ffn.3.weight"] = draw(256, 512)
            weights[f"{block}.ffn.3.bias"] = draw(256)
    weights["log_assignment.8.final_proj.weight"] = draw(256, 256)
    weights["log_assignment.8.final_proj.bias"] = draw(256)
    weights["log_assignment.8.matchability.weight"] = draw(1, 256)
    weights["log_assignment.8.matchability.bias"] = draw(1)
    return weights


@pytest.fixture(scope="module")
def lightglue() -> cv2.dnn.Net:
    return net(lightglue_graph(lightglue_weights()))


def scores(
    network: cv2.dnn.Net, one: tuple[Array, Array], other: tuple[Array, Array]
) -> Array:
    for name, value in zip(("kp0", "d0", "kp1", "d1"), (*one, *other), strict=True):
        network.setInput(np.ascontiguousarray(value), name)
    return np.array(network.forward(), np.float32)


def points(seed: int, count: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    words = rng.normal(size=(count, 128)).astype(np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    return rng.uniform(-1, 1, (count, 2)).astype(np.float32), words


def test_lightglue_asked_the_other_way_round_answers_the_same(
    lightglue: cv2.dnn.Net,
) -> None:
    one, other = points(4, 20), points(5, 13)
    there, back = scores(lightglue, one, other), scores(lightglue, other, one)
    assert there.shape == (20, 13)
    np.testing.assert_allclose(there, back.T, atol=2e-3)


def test_lightglue_does_not_mind_the_order_of_the_points(
    lightglue: cv2.dnn.Net,
) -> None:
    one, other = points(6, 17), points(7, 9)
    order = np.random.default_rng(8).permutation(17)
    mixed = scores(lightglue, (one[0][order], one[1][order]), other)
    np.testing.assert_allclose(mixed, scores(lightglue, one, other)[order], atol=2e-3)


def test_lightglue_sees_where_points_lie_to_each_other_only(
    lightglue: cv2.dnn.Net,
) -> None:
    one, other = points(9, 15), points(10, 15)
    moved = one[0] + np.array([0.1, -0.05], np.float32), one[1]
    still = scores(lightglue, one, other)
    np.testing.assert_allclose(scores(lightglue, moved, other), still, atol=2e-3)
    stretched = one[0] * np.float32(1.7), one[1]
    assert np.abs(scores(lightglue, stretched, other) - still).max() > 1e-3
