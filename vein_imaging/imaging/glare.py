"""Mirror-like highlights: pixels far brighter than their surroundings, or saturated."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane
from vein_imaging.imaging.plane import shrunk_by

__all__ = ["fill_glare", "find_glare"]

SATURATED_LEVEL = 250
SHINY_SHARE = 1.8
"""A highlight is so much brighter than the mean of its surroundings."""
MARGIN_PX = 5
"""Side of the square by which highlights are widened: their edges are bright too."""
_SHRINK = 8
_SIGMA_PX = 16.0
_FILL_SIGMA_PX, _BLOOM_PX = 48.0, 5
"""A highlight is filled with the mean of what is this near: so nothing begins at it."""


def find_glare(plane: Plane, field: Mask) -> Mask:
    """Pixels of highlights.

    Parameters
    ----------
    plane : (H, W) uint8
    field : (H, W) bool
        The mean of the surroundings is taken here.

    Returns
    -------
    (H, W) bool
        With their edges.
    """
    inside = np.multiply(field.view(np.uint8), np.uint8(255))
    sigma = _SIGMA_PX / _SHRINK
    seen = shrunk_by(_SHRINK, cv2.bitwise_and(plane, inside))
    mean = cv2.GaussianBlur(seen, (0, 0), sigma)
    share = cv2.GaussianBlur(shrunk_by(_SHRINK, inside), (0, 0), sigma) / 255
    limit = np.minimum(mean / np.maximum(share, 0.01) * SHINY_SHARE, SATURATED_LEVEL)
    limit = np.where(share < 0.01, SATURATED_LEVEL, limit).astype(np.uint8)
    wide = cv2.resize(limit, (plane.shape[1], plane.shape[0]))
    shiny = ((plane > wide) & field).view(np.uint8)
    return cv2.dilate(shiny, np.ones((MARGIN_PX, MARGIN_PX), np.uint8)) > 0


def fill_glare(plane: Plane, field: Mask, glare: Mask) -> Plane:
    """Fill highlights with the mean brightness of the skin around them.

    Parameters
    ----------
    plane : (H, W) uint8
        At the size of `field` or larger.
    field, glare : (h, w) bool
        At the working size.

    Returns
    -------
    (H, W) uint8
        The same plane where there is no highlight.
    """
    if not glare.any():
        return plane
    # its faint bloom goes with it
    glare = cv2.dilate(glare.view(np.uint8), np.ones((_BLOOM_PX, _BLOOM_PX))) > 0
    height, width = plane.shape
    size = max(1, field.shape[1] // _SHRINK), max(1, field.shape[0] // _SHRINK)
    seen = (field & ~glare).view(np.uint8) * np.uint8(255)
    share = cv2.resize(seen, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.resize(plane, field.shape[::-1], interpolation=cv2.INTER_AREA)
    total = cv2.resize(
        cv2.bitwise_and(small, seen), size, interpolation=cv2.INTER_AREA
    ).astype(np.float32)
    sigma = _FILL_SIGMA_PX / _SHRINK
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), sigma), np.float32)
    mean = 255 * cv2.GaussianBlur(total, (0, 0), sigma) / (share + np.float32(1e-3))
    fill = cv2.resize(np.clip(mean, 0, 255).astype(np.uint8), (width, height))
    where = cv2.resize(
        glare.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    return np.asarray(cv2.copyTo(fill, where, plane.copy()), np.uint8)
