"""What a picture shows and by which light: skin by visible or infrared, or a retina."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.aperture import find_aperture
from vein_imaging.imaging.field import is_visible_light

__all__ = ["Light", "Subject", "tell_subject"]

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
    visible = picture.ndim == 3 and is_visible_light(picture)
    return Subject("visible" if visible else "near-infrared")
