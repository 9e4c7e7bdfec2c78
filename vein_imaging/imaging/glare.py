"""Mirror-like highlights: pixels far brighter than their surroundings, or saturated."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane

__all__ = ["find_glare"]

SATURATED_LEVEL = 250
SHINY_SHARE = 2.2
"""A highlight is so much brighter than the mean of its surroundings."""
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
        Without a margin around them.
    """
    size = max(1, plane.shape[1] // _SHRINK), max(1, plane.shape[0] // _SHRINK)
    inside = np.multiply(field.view(np.uint8), np.uint8(255))

    def spread(image: Plane) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(small, (0, 0), _SIGMA_PX / _SHRINK)
        return np.asarray(blurred, np.float32)

    mean = spread(np.asarray(cv2.bitwise_and(plane, inside), np.uint8))
    mean *= 255 / np.maximum(spread(inside), 1)
    limit = np.minimum(mean * SHINY_SHARE + 8, SATURATED_LEVEL).astype(np.uint8)
    wide = cv2.resize(limit, (plane.shape[1], plane.shape[0]))
    return np.asarray(plane > wide)
