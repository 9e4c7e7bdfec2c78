"""The round field of view of a lens, as a fundus camera's."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["find_round_field"]

LIT_SHARE = 0.15
"""Of what is bright in the picture: what is darker is the ground around the disc."""
ROUND_SHARE = 0.83
"""Of the circle around it, for a lit part to be round; its sides may be cut off."""
LARGEST_SHARE = 0.9
"""Of the picture; what fills it is no disc."""


def find_round_field(small: SmallPicture) -> Mask | None:
    """The disc that is lit before a dark ground, or None.

    Parameters
    ----------
    small : SmallPicture

    Returns
    -------
    (h, w) bool or None
    """
    bright = small.level > math.log(LIT_SHARE * small.brightest + 4)
    lit = bright.view(np.uint8)
    outlines, _ = cv2.findContours(lit, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    largest = max(outlines, key=cv2.contourArea)
    area = cv2.contourArea(largest)
    _, radius = cv2.minEnclosingCircle(largest)
    if area < ROUND_SHARE * math.pi * radius**2 or area > LARGEST_SHARE * lit.size:
        return None
    found = np.zeros(lit.shape, np.uint8)
    return np.asarray(cv2.drawContours(found, [largest], -1, 1, cv2.FILLED) > 0)
