"""Where to look: skin, not background, straps, letterbox bars or saturated patches."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask, Plane

__all__ = ["find_field"]

SEARCH_SIDE_PX = 320
DARK_SHARE = 0.25
"""A pixel darker than this share of the bright skin is background or too dark."""
SMALLEST_SHARE = 0.01
"""A region smaller than this share of the picture is not skin worth searching."""


def find_field(plane: Plane) -> Mask:
    """Find the lit skin of a picture.

    Parameters
    ----------
    plane : (H, W) uint8
        The channel that is searched for veins.

    Returns
    -------
    (H, W) bool
        May be empty: an unlit picture has no field.
    """
    height, width = plane.shape
    scale = min(1.0, SEARCH_SIDE_PX / max(height, width))
    small = cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 5)
    bright = float(np.percentile(small, 95))
    lit = (small > max(DARK_SHARE * bright, 8.0)).astype(np.uint8)
    lit = cv2.morphologyEx(lit, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lit, connectivity=4)
    kept = np.zeros(count, np.uint8)
    kept[1:] = stats[1:, cv2.CC_STAT_AREA] >= SMALLEST_SHARE * lit.size
    found = cv2.resize(kept[labels], (width, height), interpolation=cv2.INTER_LINEAR)
    return found > 0
