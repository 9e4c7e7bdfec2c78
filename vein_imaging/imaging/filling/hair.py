"""Hairs found before anything else, by how thin and dark they are, and filled in.

A hair that crosses a vein pulls its traced middle aside, and a hair beside one is taken
for a second; so they are taken out of the picture before veins are looked for.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane

__all__ = ["fill_thin", "find_hairs", "hair_halvings"]

PIXEL_MM, COARSEST_PIXEL_MM = 0.08, 0.13
"""Pixel at which a hair (.05 to .15 mm) is best told from a vein, and the largest."""
DEPTH_SHARE = 0.045
"""What fills up in a 3 x 3 closing, as a share of the brightness: a hair loses a tenth
and more; a vein of .3 mm is blurred by the skin above it and loses under 1 %."""
NOISE_FACTOR = 4.5
"""... and this many times what fills up in the mean pixel, by the camera's noise."""
SHORTEST_PX = 12
"""A millimetre, at `PIXEL_MM`."""
FILLED_SHARE = 0.35
"""Pixels of a part over the square of its length: a line, not a speck."""
_FILL_PX = 9
"""Side of the square that fills a hair, 1 to 2 px wide: there is skin on both sides of
it."""


def hair_halvings(mm_per_pixel: float | None) -> int | None:
    """How often a plane is halved before hairs are looked for; None: they cannot be.

    Parameters
    ----------
    mm_per_pixel : mm or None
        Without it nobody knows: a hair on skin looks like a thin vessel of a retina,
        whose loss would cost more (docs/vessel-detection.md).
    """
    if mm_per_pixel is None or mm_per_pixel > COARSEST_PIXEL_MM:
        return None
    return max(0, round(math.log2(PIXEL_MM / mm_per_pixel)))


def find_hairs(plane: Plane) -> Mask:
    """Pixels of thin dark lines that lie on the skin, not in it.

    Parameters
    ----------
    plane : (H, W) uint8
        At about .08 mm a pixel.

    Returns
    -------
    (H, W) bool
        With a margin of 1 to 2 px.
    """
    closed = cv2.morphologyEx(plane, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    depth = cv2.subtract(closed, plane)
    # of the whole picture: of a sample, which pixels they are would decide
    lit = (closed >= cv2.mean(closed)[0] / 2).view(np.uint8)
    noise = cv2.mean(depth, lit)[0]
    least = np.asarray(cv2.convertScaleAbs(closed, alpha=DEPTH_SHARE))
    np.maximum(least, min(255, math.ceil(NOISE_FACTOR * noise)), out=least)
    dark = cv2.compare(depth, least, cv2.CMP_GT)
    # parts are looked at in blocks of 2 x 2: quicker, and what nearly touches is joined
    half = max(1, plane.shape[1] // 2), max(1, plane.shape[0] // 2)
    blocks = cv2.resize(dark, half, interpolation=cv2.INTER_AREA)
    # labels of 16 bits take half the time; four blocks at least for each part
    kind = cv2.CV_16U if blocks.size < 4 * np.iinfo(np.uint16).max else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        blocks, connectivity=8, ltype=kind
    )
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = 2 * length >= SHORTEST_PX
    kept &= stats[:, cv2.CC_STAT_AREA] <= 2 * FILLED_SHARE * length**2
    kept[0] = False
    if not kept.any():
        return np.zeros(plane.shape, np.bool_)
    flat = np.flatnonzero(blocks)
    small = np.zeros(blocks.shape, np.uint8)
    small.ravel()[flat] = kept[labels.ravel()[flat]]
    size = plane.shape[1], plane.shape[0]
    hairs = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)
    return cv2.dilate(hairs, np.ones((3, 3), np.uint8)) > 0


def fill_thin(plane: Plane, mask: Mask) -> Plane:
    """Fill thin parts of a plane with the mean of what is beside them.

    Parameters
    ----------
    plane : (H, W) uint8
    mask : (H, W) bool
        Lines of a few px.

    Returns
    -------
    (H, W) uint8
        The same plane where nothing is masked.
    """
    flat = np.flatnonzero(mask)
    if not flat.size:
        return plane
    hidden = mask.view(np.uint8)
    bare = cv2.bitwise_and(plane, hidden - np.uint8(1))
    # sums of 81 bytes fit 16 bits, their number fits 8
    total, fewer = (
        cv2.boxFilter(part, kind, (_FILL_PX, _FILL_PX), normalize=False).ravel()[flat]
        for part, kind in ((bare, cv2.CV_16U), (hidden, cv2.CV_8U))
    )
    count = np.float32(_FILL_PX**2) - fewer
    filled = plane.copy()
    known = count > 0
    filled.ravel()[flat[known]] = np.round(total[known] / count[known])
    return filled
