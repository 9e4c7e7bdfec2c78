"""Objects of a small picture: regions that steps and dark lines part.

A vein is a dark line too, so one line does not make two objects. What counts is the
border as a whole: two regions are one object where a good share of it is open.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Plane

__all__ = ["LINE_WIDTH_PX", "cut_objects", "disc", "find_barriers", "widened"]

STEP = 0.065
"""Change of log brightness from one pixel to the next, uneven light taken out, that
parts objects: outlines change by .1 and more."""
LINE, LINE_WIDTH_PX = 0.06, 9
"""Depth of log brightness below both sides that does, for lines up to that width."""
UNEVEN_PX = 13
"""Uneven light is what is left after two running means over so many pixels."""
LARGEST_STEP = 0.3
OPEN_SHARE = 0.3
"""Share of the border of two regions which is open where they are one object. Between
limb and board on the frames looked at it is under .27; where a vein or the light parts
skin, over .4."""

SMALLEST_SHARE = 0.003
"""Of the picture; less is part of the nearest object."""

Labels = NDArray[np.int32]
Matrix = NDArray[np.float64]


def find_barriers(
    small: Plane, lit: Plane, bright: int, *, lines: bool
) -> tuple[Image, Image]:
    """How much each pixel parts its surroundings, as a step and as a dark line.

    Parameters
    ----------
    small : (h, w) uint8
    lit : (h, w) uint8
        1 where there is light enough.
    bright : int
        Level of what is well lit; far below it, noise is not taken for a step.
    lines : bool
        Whether dark lines part objects as well as steps do; else they are 0.

    Returns
    -------
    steps, lines : (h, w) float32
        An object ends at 1.
    """
    logarithm = np.log(np.arange(256) + (0.08 * bright + 1)).astype(np.float32)
    level = np.asarray(cv2.LUT(small, logarithm), np.float32)
    even = level - _mean_of_lit(level, lit)
    even = np.clip(even, -LARGEST_STEP, LARGEST_STEP, out=even)
    even = np.asarray(cv2.GaussianBlur(even, (0, 0), 0.8), np.float32)
    across = cv2.Sobel(even, cv2.CV_32F, 1, 0, scale=1 / (8 * STEP))
    down = cv2.Sobel(even, cv2.CV_32F, 0, 1, scale=1 / (8 * STEP))
    steps = np.asarray(cv2.magnitude(across, down), np.float32)
    if not lines:
        return steps, np.zeros_like(steps)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, disc(LINE_WIDTH_PX))
    depth = cv2.LUT(closed, logarithm) - level
    return steps, np.asarray(depth / np.float32(LINE), np.float32)


def _mean_of_lit(level: Image, lit: Plane) -> Image:
    weight = lit.astype(np.float32)
    size = UNEVEN_PX, UNEVEN_PX
    total, share = (
        cv2.blur(cv2.blur(part, size), size) for part in (level * weight, weight)
    )
    return np.asarray(total / np.maximum(share, 1e-3), np.float32)


def cut_objects(
    barrier: Image, lit: Plane, *, weakest: float, core_px: int
) -> tuple[Labels, Plane]:
    """Cut a picture into objects.

    Parameters
    ----------
    barrier : (h, w) float32
        The larger of both of `find_barriers`.
    lit : (h, w) uint8
    weakest : float
        Barriers from this strength on are tried; see `OPEN_SHARE` for what holds.
    core_px : px
        Narrower than this, nothing is an object, nor does it join two.

    Returns
    -------
    labels : (h, w) int32
        For each pixel the object that is nearest.
    core : (h, w) uint8
        1 inside objects, without their rims.
    """
    free = np.asarray(lit & (barrier < weakest), np.uint8)
    opened = cv2.morphologyEx(free, cv2.MORPH_OPEN, disc(core_px))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= SMALLEST_SHARE * lit.size
    large[0] = False
    core = large.astype(np.uint8)[parts]
    if not large.any():
        return np.zeros(lit.shape, np.int32), core
    _, nearest = cv2.distanceTransformWithLabels(
        1 - core, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP
    )
    strength = cv2.dilate(cv2.max(barrier, 1 - lit.astype(np.float32)), disc(3))
    total, passable = _borders(np.asarray(nearest), np.asarray(strength, np.float32))
    inner = np.asarray(nearest) * core
    area = np.bincount(inner.ravel(), minlength=len(total)).astype(np.float64)
    return _joined(total, passable, area)[nearest], core


def _borders(labels: NDArray[Any], strength: Image) -> tuple[Matrix, Matrix]:
    """Length of the border of every two regions, and of that how much is open."""
    count = int(labels.max()) + 1
    total, passable = np.zeros((count, count)), np.zeros((count, count))
    for one, other in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        border = labels[one] != labels[other]
        pair = labels[one][border] * count + labels[other][border]
        is_open = np.maximum(strength[one][border], strength[other][border]) < 1
        for table, chosen in ((total, pair), (passable, pair[is_open])):
            lengths = np.bincount(chosen, minlength=count**2).reshape(count, count)
            table += lengths + lengths.T
    return total, passable


def _joined(total: Matrix, passable: Matrix, area: Matrix) -> Labels:
    """Join the two regions with the most open border, again and again.

    A border shorter than the smaller one is wide counts as if it were as long.
    """
    new = np.arange(len(total), dtype=np.int32)
    while True:
        width = np.sqrt(np.minimum(area, area[:, None]))
        share = passable / np.maximum(np.maximum(total, width), 1)
        kept, gone = divmod(int(share.argmax()), len(total))
        if share[kept, gone] < OPEN_SHARE:
            return new
        for table in (total, passable):
            table[kept] += table[gone]
            table[:, kept] += table[:, gone]
            table[gone] = table[:, gone] = table[kept, kept] = 0
        area[kept] += area[gone]
        new[new == gone] = kept


def disc(size: int) -> Plane:
    """A round structuring element.

    Parameters
    ----------
    size : px, odd
        Its diameter.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(kernel, np.uint8)


def widened(mask: Plane, size: int) -> Plane:
    """A mask grown by half a disc of that size all around.

    Parameters
    ----------
    mask : (h, w) uint8
    size : px, odd
    """
    return np.asarray(cv2.dilate(mask, disc(size)), np.uint8)
