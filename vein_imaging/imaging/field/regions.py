"""Shapes in a small picture: smoothed, their main parts, their holes filled."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["at_frame", "centre_weight", "closed", "disc", "fill_holes", "main_parts", "opened"]


def disc(size: int) -> Plane:
    """A round structuring element.

    Parameters
    ----------
    size : px, odd
        Its diameter.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(kernel, np.uint8)


def opened(mask: Mask, size: int) -> Mask:
    """A mask without what is narrower than a disc of that size."""
    return _morphed(mask, cv2.MORPH_OPEN, size)


def closed(mask: Mask, size: int) -> Mask:
    """A mask with gaps narrower than a disc of that size filled."""
    return _morphed(mask, cv2.MORPH_CLOSE, size)


def _morphed(mask: Mask, how: int, size: int) -> Mask:
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), how, disc(size)) > 0)


def at_frame(mask: Mask) -> float:
    """Share of a mask's outline that lies on the picture's frame: the ground's does.

    Parameters
    ----------
    mask : (h, w) bool
    """
    inner = np.pad(mask[1:-1, 1:-1], 1).view(np.uint8)
    inner = cv2.erode(mask.view(np.uint8), disc(3)) & inner
    edge = mask & (inner == 0)
    frame = edge.copy()
    frame[1:-1, 1:-1] = False
    return float(np.count_nonzero(frame) / max(1, np.count_nonzero(edge)))


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


def main_parts(mask: Mask, least_share: float) -> tuple[Mask, list[Mask]]:
    """The part of a mask nearest the centre for its size, and others.

    Parameters
    ----------
    mask : (h, w) bool
    least_share : float
        Of the picture; smaller parts are dropped.

    Returns
    -------
    main : (h, w) bool
        May be empty.
    others : list of (h, w) bool
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=4
    )
    if count < 2:
        return mask, []
    shape = mask.shape[0], mask.shape[1]
    merit = np.bincount(
        labels.ravel(), centre_weight(shape).ravel(), minlength=count
    )
    merit[0] = -np.inf
    main = int(merit.argmax())
    large = stats[:, cv2.CC_STAT_AREA] > least_share * mask.size
    large[[0, main]] = False
    return labels == main, [labels == other for other in np.flatnonzero(large)]


def fill_holes(mask: Mask, largest_share: float) -> Mask:
    """Fill what is enclosed and small: a dark vein, a mole, an optic disc.

    Parameters
    ----------
    mask : (h, w) bool
    largest_share : float
        Of the picture.
    """
    filled = mask.astype(np.uint8)
    contours, order = cv2.findContours(
        filled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    parents = [] if order is None else np.asarray(order)[0, :, 3].tolist()
    holes = [
        contour
        for contour, parent in zip(contours, parents, strict=True)
        if parent >= 0 and cv2.contourArea(contour) <= largest_share * mask.size
    ]
    return np.asarray(cv2.drawContours(filled, holes, -1, 1, cv2.FILLED) > 0)
