"""Mirror-like highlights: pixels far brighter than their surroundings, or saturated."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane

__all__ = ["find_glare"]

SATURATED_LEVEL = 250
SHINY_SHARE = 1.8
"""A highlight is so much brighter than the mean of its surroundings."""
MARGIN_PX = 5
"""Side of the square by which highlights are widened: their edges are bright too."""
_SHRINK = 8
_SIGMA_PX = 16.0


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
    size = max(1, plane.shape[1] // _SHRINK), max(1, plane.shape[0] // _SHRINK)
    inside = np.multiply(field.view(np.uint8), np.uint8(255))

    def spread(image: Plane) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(small, (0, 0), _SIGMA_PX / _SHRINK)
        return np.asarray(blurred, np.float32)

    mean = spread(np.asarray(cv2.bitwise_and(plane, inside), np.uint8))
    share = spread(inside) / 255
    limit = np.minimum(mean / np.maximum(share, 0.01) * SHINY_SHARE, SATURATED_LEVEL)
    limit = np.where(share < 0.01, SATURATED_LEVEL, limit).astype(np.uint8)
    wide = cv2.resize(limit, (plane.shape[1], plane.shape[0]))
    shiny = ((plane > wide) & field).view(np.uint8)
    return cv2.dilate(shiny, np.ones((MARGIN_PX, MARGIN_PX), np.uint8)) > 0
