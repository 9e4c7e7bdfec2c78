"""DISK: points of a picture and their descriptions.

Tyszkiewicz, Fua, Trulls 2020, arXiv:2006.13566; Apache-2.0.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["Features", "describe_skin"]

_LONG_SIDE_PX, _AREA_PX = 800, 240_000
"""At 1,200 the same pairs are right, for twice the time; a square crop is reduced
further, to take no longer than a leg."""
_ENLARGED = 1.5  # at most; more only makes pixels up
_MULTIPLE = 16  # the network halves a picture four times
_DESCRIBED = 128  # channels of a description; the one after them is the points' score
_APART_PX = 5  # a point is the best of so wide a square
_MOST = 1024  # points; with 2,048 matching takes three times as long
_EACH_CELL = 3
"""Points are taken the best of each cell first: by score alone, one skirt or watermark
took 1,700 of 2,048."""
_RIM_PX = 3  # of the skin's edge: what is there describes the outline


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Points of a picture.

    Parameters
    ----------
    xy : (N, 2) float32 px of the picture
    normalised : (N, 2) float32
        In [-1, 1] along the longer side of what was looked at.
    words : (N, 128) float32
        Descriptions of length 1.
    """

    xy: NDArray[np.float32]
    normalised: NDArray[np.float32]
    words: NDArray[np.float32]


def describe_skin(
    network: cv2.dnn.Net, picture: NDArray[np.uint8], skin: Mask
) -> Features:
    """Find points on the skin, spread over it.

    Parameters
    ----------
    network : DISK
    picture : (H, W, 3) uint8 RGB
    skin : (H, W) bool

    Returns
    -------
    Features
        Empty where there is no skin.
    """
    rows, columns = np.flatnonzero(skin.any(axis=1)), np.flatnonzero(skin.any(axis=0))
    if not rows.size:
        empty = np.empty((0, 2), np.float32)
        return Features(empty, empty, np.empty((0, _DESCRIBED), np.float32))
    top, left = int(rows[0]), int(columns[0])
    inside = np.s_[top : rows[-1] + 1, left : columns[-1] + 1]
    crop, mask = picture[inside], skin[inside]
    area = crop.shape[0] * crop.shape[1]
    scale = min(
        _LONG_SIDE_PX / max(crop.shape[:2]), (_AREA_PX / area) ** 0.5, _ENLARGED
    )
    size = (
        max(_MULTIPLE, round(crop.shape[1] * scale)),
        max(_MULTIPLE, round(crop.shape[0] * scale)),
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(crop, size, interpolation=how), np.uint8)
    seen = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    out = _run(network, small)
    points = _spread(out[_DESCRIBED], np.asarray(seen, np.uint8))
    words = np.ascontiguousarray(out[:_DESCRIBED, points[:, 1], points[:, 0]].T)
    words /= np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-9)
    xy = points.astype(np.float64)
    normalised = (xy - np.array(size) / 2) / (max(size) / 2)
    factor = np.array(crop.shape[1::-1]) / np.array(size)
    full = (xy + 0.5) * factor - 0.5 + np.array([left, top])
    return Features(full.astype(np.float32), normalised.astype(np.float32), words)


def _run(network: cv2.dnn.Net, small: NDArray[np.uint8]) -> Image:
    height, width = small.shape[:2]
    padded = np.pad(
        small, ((0, -height % _MULTIPLE), (0, -width % _MULTIPLE), (0, 0)), "edge"
    )
    network.setInput(cv2.dnn.blobFromImage(padded, 1 / 255))
    return np.asarray(network.forward()[0][:, :height, :width], np.float32)


def _spread(score: Image, seen: Plane) -> NDArray[np.int64]:
    # columns and rows of the best points of each cell, then the second best, ...
    rim = np.ones((2 * _RIM_PX + 1,) * 2, np.uint8)
    inner = cv2.erode(seen, rim, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    best = cv2.dilate(score, np.ones((_APART_PX, _APART_PX), np.uint8))
    rows, columns = np.nonzero((score == best) & (score > 0) & (inner > 0))
    if not rows.size:
        return np.empty((0, 2), np.int64)
    cell = np.sqrt(max(int(seen.sum()), 1) * _EACH_CELL / _MOST)
    number = (rows // cell).astype(int) * score.shape[1] + (columns // cell).astype(int)
    order = np.lexsort((-score[rows, columns], number))
    first = np.r_[True, np.diff(number[order]) != 0]
    start = np.maximum.accumulate(np.where(first, np.arange(order.size), 0))
    rank = np.empty(order.size, int)
    rank[order] = np.arange(order.size) - start
    chosen = np.lexsort((-score[rows, columns], rank))[:_MOST]
    return np.column_stack([columns[chosen], rows[chosen]]).astype(np.int64)
