"""Shapes in a small picture: smoothed, their main parts, their holes filled."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = [
    "at_frame",
    "centre_weight",
    "closed",
    "disc",
    "fill_holes",
    "opened_mask",
    "parts_of",
    "resized",
    "typical",
    "whole_parts",
]

STAIRS_PX = 0.6
"""Sigma that lowers a small mask's stairs: enlarged, they are no outline. With more of
it, lines of the outline's own are found on bare skin (89 px for 48 on one leg)."""


def disc(size: int) -> Plane:
    """A round structuring element.

    Parameters
    ----------
    size : px, odd
        Its diameter.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(kernel, np.uint8)


def opened_mask(mask: Mask, size: int) -> Mask:
    """A mask without what is narrower than a disc of that size.

    Parameters
    ----------
    mask : (h, w) bool
    size : px, odd
    """
    return _morphed(mask, cv2.MORPH_OPEN, size)


def closed(mask: Mask, size: int) -> Mask:
    """A mask with gaps narrower than a disc of that size filled.

    Parameters
    ----------
    mask : (h, w) bool
    size : px, odd
    """
    return _morphed(mask, cv2.MORPH_CLOSE, size)


def _morphed(mask: Mask, how: int, size: int) -> Mask:
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), how, disc(size)) > 0)


def at_frame(mask: Mask) -> float:
    """Share of a mask's outline that lies on the picture's frame: the ground's does.

    Parameters
    ----------
    mask : (h, w) bool
    """
    inner = cv2.erode(
        mask.view(np.uint8), disc(3), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    outline = int(np.count_nonzero(mask)) - int(np.count_nonzero(inner))
    sides = (mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1])
    return sum(map(np.count_nonzero, sides)) / max(1, outline)


@lru_cache(maxsize=8)
def centre_weight(shape: tuple[int, int]) -> Image:
    """1 at the centre of a picture, 0 in its corners: what is photographed is there.

    Parameters
    ----------
    shape : (height, width) px
    """
    rows, columns = (
        (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5 for size in shape
    )
    return np.asarray(1 - 2 * (rows[:, None] ** 2 + columns**2), np.float32)


def parts_of(mask: Mask, least_share: float) -> list[Mask]:
    """The parts of a mask, first the one that is large and near the centre.

    Parameters
    ----------
    mask : (h, w) bool
    least_share : float
        Of the picture; other parts that are smaller are dropped.

    Returns
    -------
    list of (h, w) bool
        Empty only if the mask is.
    """
    labels, kept = _parts(mask, least_share)
    return [np.asarray(labels == at) for at in kept]


def whole_parts(mask: Mask, least_share: float) -> Mask:
    """A mask less its small parts; the central one always stays.

    Parameters
    ----------
    mask : (h, w) bool
    least_share : float
        Of the picture.
    """
    labels, kept = _parts(mask, least_share)
    table = np.zeros(int(labels.max()) + 1, bool)
    table[kept] = True
    return np.asarray(table[labels])


def _parts(mask: Mask, least_share: float) -> tuple[NDArray[np.int32], list[int]]:
    """Labels of a mask's parts, and which are kept, the most central one first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=4
    )
    if count < 2:
        return np.asarray(labels), []
    weight = centre_weight((mask.shape[0], mask.shape[1]))
    merit = np.bincount(labels.ravel(), weight.ravel(), minlength=count)
    merit[0] = -np.inf
    first = int(merit.argmax())
    large = stats[:, cv2.CC_STAT_AREA] > least_share * mask.size
    large[[0, first]] = False
    return np.asarray(labels), [first, *map(int, np.flatnonzero(large))]


def typical(part: Image, mask: Mask) -> float:
    """Median of an image over a mask, from every fourth pixel: that is near enough.

    Parameters
    ----------
    part : (h, w) float32
    mask : (h, w) bool
        Not empty.
    """
    return float(np.median(part[mask][::4]))


def resized(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask at another size, its outline smooth.

    Parameters
    ----------
    mask : (h, w) bool
    shape : (height, width) px
    """
    level = cv2.GaussianBlur(mask.view(np.uint8) * np.uint8(255), (0, 0), STAIRS_PX)
    large = cv2.resize(level, shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(large > 127)


def fill_holes(mask: Mask, largest_share: float) -> Mask:
    """Fill what is enclosed and small: a dark vein, a mole, an optic disc.

    Parameters
    ----------
    mask : (h, w) bool
    largest_share : float
        Of the picture.
    """
    filled = mask.astype(np.uint8)
    contours, order = cv2.findContours(filled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = [] if order is None else np.asarray(order)[0, :, 3].tolist()
    holes = [
        contour
        for contour, parent in zip(contours, parents, strict=True)
        if parent >= 0 and cv2.contourArea(contour) <= largest_share * mask.size
    ]
    return np.asarray(cv2.drawContours(filled, holes, -1, 1, cv2.FILLED) > 0)
