"""Mirror-like highlights: pixels far brighter than their surroundings, or saturated."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane
from vein_imaging.imaging.plane import shrunk_by

__all__ = ["fill_glare", "find_glare"]

SATURATED_LEVEL = 250
"""Counts as clipped, as where a channel is chosen (`plane.py`)."""
SHINY_SHARE = 1.8
"""A highlight is so much brighter than the mean of its surroundings."""
MARGIN_PX = 5
"""Side of the square by which highlights are widened: their edges are bright too."""
_SHRINK = 8
"""Means this wide are worked out on a copy so much smaller: 2 px of it at the least."""
_SIGMA_PX = 16.0
"""Of the surroundings that a highlight is compared with."""
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


def fill_glare(plane: Plane, field: Mask, glare: Mask) -> tuple[Mask, Plane]:
    """Mean brightness of the skin around highlights, to be put in their place.

    Parameters
    ----------
    plane : (H, W) uint8
    field, glare : (H, W) bool

    Returns
    -------
    where : (H, W) bool
        The highlights and their faint bloom.
    filled : (H, W) uint8
    """
    kernel = np.ones((_BLOOM_PX, _BLOOM_PX), np.uint8)
    where = cv2.dilate(glare.view(np.uint8), kernel) > 0
    seen = np.multiply((field & ~where).view(np.uint8), np.uint8(255))
    sigma = _FILL_SIGMA_PX / _SHRINK
    share, total = (
        cv2.GaussianBlur(shrunk_by(_SHRINK, part), (0, 0), sigma)
        for part in (seen, cv2.bitwise_and(plane, seen))
    )
    mean = 255 * total / (share + np.float32(1e-3))
    small = np.clip(mean, 0, 255).astype(np.uint8)
    filled = cv2.resize(small, (plane.shape[1], plane.shape[0]))
    return where, np.asarray(filled, np.uint8)
