"""Move the outline of a rough field to where brightness changes, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.regions import disc
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["settle_outline"]

BAND_PX = 7
"""Diameter of the disc that sweeps the outline's surroundings; the rest stays."""
WINDOW_PX = 13
"""Side of the square whose skin and ground are averaged: it reaches 3 px past the band,
so that both are known at the outline."""
RISE_SHARE = 0.25
"""Skin begins that far up from the ground's brightness to the skin's beside it: a limb
turns away from the light at its outline, and in doubt it is skin."""


def settle_outline(small: SmallPicture, rough: Mask) -> Mask:
    """Move the outline of a rough field to the nearest change of brightness.

    Parameters
    ----------
    small : SmallPicture
        Grey or under a cast.
    rough : (h, w) bool

    Returns
    -------
    (h, w) bool
    """
    light = np.exp(small.level)
    outline = rough.view(np.uint8)
    inner = np.asarray(cv2.erode(outline, disc(BAND_PX)), np.float32)
    outer = 1 - np.asarray(cv2.dilate(outline, disc(BAND_PX)), np.float32)
    means, known = [], np.ones(rough.shape, bool)
    for side in (inner, outer):
        share = cv2.blur(side, (WINDOW_PX, WINDOW_PX))
        total = cv2.blur(light * side, (WINDOW_PX, WINDOW_PX))
        means.append(total / np.maximum(share, 1e-3))
        known &= np.asarray(share > 1e-3)
    skin, ground = means
    risen = light > ground + RISE_SHARE * (skin - ground)
    moved = np.where(known, risen, rough)
    return np.asarray((inner > 0) | (moved & (outer == 0)))
