"""What a picture shows and by which light: skin by visible or infrared, or a retina."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.aperture import find_aperture

__all__ = ["Light", "Subject", "is_warm", "tell_subject"]

SEARCH_SIDE_PX = 180
"""Colour of skin, not of its veins, at a small cost."""
DARK_SHARE = 0.25
"""Darker than this share of the brightest twentieth: colour there is noise."""
WARM_RED, WARM_GREEN, WARM_LEAST_SHARE = 0.05, -0.05, 0.2
"""A pixel is warm if the logarithm of red over blue, and of green over blue, is above
these: skin of any tone is, by any white light. Of what is lit, on the photographs
looked at, 43 to 100 % is by visible light, and at most 4 % by near-infrared: that is
grey, or purple (an infrared colour camera's green is its darkest channel)."""
_OFFSET = 5.0
"""Grey levels added before the logarithm: no colour blown up in the dark."""

Light = Literal["visible", "near-infrared", "retina"]
"""Skin by visible light; skin by near-infrared, or grey so that it may be; a retina."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture shows.

    Parameters
    ----------
    light : Light
    disc_share : float or None
        Of a retina: diameter of the disc over the picture's longer side.
    """

    light: Light
    disc_share: float | None = None


def tell_subject(
    picture: NDArray[np.uint8], mm_per_pixel: float | None = None
) -> Subject:
    """Tell skin from retina and visible light from near-infrared.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB
    mm_per_pixel : mm or None
        What has a scale on the skin is skin, also where a round stop frames it.
    """
    aperture = find_aperture(picture) if mm_per_pixel is None else None
    if aperture is not None:
        return Subject("retina", aperture.diameter_px / max(picture.shape[:2]))
    return Subject("visible" if is_warm(picture) else "near-infrared")


def is_warm(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture has the colours of skin by visible light, dark or pale.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
        False for grey.
    """
    if picture.ndim == 2:
        return False
    shrink = min(1.0, SEARCH_SIDE_PX / max(picture.shape[:2]))
    size = (
        max(1, round(picture.shape[1] * shrink)),
        max(1, round(picture.shape[0] * shrink)),
    )
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    level = small.max(axis=2)
    lit = level > DARK_SHARE * float(np.percentile(level, 95))
    if not lit.any():
        return False
    red, green, blue = np.log(small[lit].astype(np.float32) + _OFFSET).T
    warm = (red - blue > WARM_RED) & (green - blue > WARM_GREEN)
    return float(warm.mean()) >= WARM_LEAST_SHARE
