"""A small copy of a picture, in logarithms: what the field is found in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Light", "SmallPicture", "shrunk"]

SMALL_AREA_PX = 180**2
"""A limb is a few dozen px wide then, a vein one or two: outlines stay, veins go."""
OFFSET = 4.0
"""Grey levels added before the logarithm: below that a camera's noise rules."""
DARK_SHARE, DARKEST_LEVEL = 0.06, {"visible": 14.0, "cast": 10.0, "grey": 10.0}
"""Lit is what exceeds both, the first by the 95th percentile. Dark skin on a white
sheet has a tenth of the sheet's light; a near-infrared limb dims to a few levels."""
BRIGHT_SHARE = 0.15
"""Colour is judged where it is at least that bright: below, it is noise."""
GREY_SHARE, GREY_RATIO = 0.95, 0.1
PURPLE_SHARE, SKIN_SHARE = 0.6, 0.05
"""A cast is a picture that is mostly purple or pink and hardly anywhere skin-like."""

Light = Literal["visible", "cast", "grey"]
"""By visible light skin is reddish; an infrared colour camera casts purple over all."""


@dataclass(frozen=True, slots=True, eq=False)
class SmallPicture:
    """A small copy in logarithms, so that light and skin's pigment only add to it.

    Parameters
    ----------
    level : (h, w) float32
        Logarithm of the brightest channel; of red under a cast.
    red_green, red_blue : (h, w) float32
        Logarithm of the ratio of two channels; 0 in a grey picture.
    lit : (h, w) bool
    light : {"visible", "cast", "grey"}
    brightest : float
        95th percentile of brightness, in grey levels.
    """

    level: Image
    red_green: Image
    red_blue: Image
    lit: Mask
    light: Light
    brightest: float

    @classmethod
    def of(cls, picture: NDArray[np.uint8]) -> SmallPicture:
        """Make it of a picture.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) uint8 RGB
        """
        small = np.asarray(cv2.medianBlur(shrunk(picture), 3), np.uint8)
        if small.ndim == 2:
            small = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2RGB), np.uint8)
        table = np.log(np.arange(256, dtype=np.float32) + np.float32(OFFSET))
        red, green, blue = cv2.split(cv2.LUT(small, table))
        red_green = np.asarray(cv2.subtract(red, green), np.float32)
        red_blue = np.asarray(cv2.subtract(red, blue), np.float32)
        peak = small.max(axis=2)
        light = _light_of(red_green, red_blue, peak)
        if light == "cast":
            peak = small[..., 0]
        brightest = float(np.percentile(peak, 95))
        lit = peak > max(DARK_SHARE * brightest, DARKEST_LEVEL[light])
        level = np.asarray(cv2.LUT(peak, table), np.float32)
        return cls(
            *(level, red_green, red_blue, lit, light, brightest),
        )

    def half(self) -> SmallPicture:
        """The same at half the size."""
        level, red_green, red_blue, lit = (
            np.asarray(_halved(part), np.float32)
            for part in (
                *(self.level, self.red_green, self.red_blue),
                self.lit.astype(np.float32),
            )
        )
        return SmallPicture(
            *(level, red_green, red_blue, lit >= 0.5, self.light, self.brightest)
        )


def _halved(part: Image) -> Image:
    size = max(1, part.shape[1] // 2), max(1, part.shape[0] // 2)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)


def _light_of(red_green: Image, red_blue: Image, peak: NDArray[np.uint8]) -> Light:
    """What light a picture was taken by, told by its colours where it is bright."""
    bright = peak > BRIGHT_SHARE * float(np.percentile(peak, 95))
    rg, rb = red_green[bright], red_blue[bright]
    if not rg.size:
        return "grey"
    # melanin and blood take blue most, then green: skin's ratio to blue is the larger
    skin = (rg > 0.04) & (rb > 0.1) & (rb > 0.6 * rg)
    if skin.mean() >= SKIN_SHARE:
        return "visible"
    purple = ((rg - rb > 0.1) & (rb < 0.05)) | ((rg > 0.15) & (rb < 0.6 * rg))
    if purple.mean() > PURPLE_SHARE:
        return "cast"
    plain = (np.abs(rg - np.median(rg)) < GREY_RATIO) & (
        np.abs(rb - np.median(rb)) < GREY_RATIO
    )
    if plain.mean() > GREY_SHARE:
        return "grey"
    return "visible"


def shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy of about the small area; by whole factors and by halves: fastest.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    """
    height, width = picture.shape[:2]
    times = max(1, round(math.sqrt(height * width / SMALL_AREA_PX)))
    size = max(1, width // times), max(1, height // times)
    copy = picture[: size[1] * times, : size[0] * times]
    while times % 2 == 0:
        half = copy.shape[1] // 2, copy.shape[0] // 2
        copy = np.asarray(cv2.resize(copy, half, interpolation=cv2.INTER_AREA))
        times //= 2
    return np.asarray(cv2.resize(copy, size, interpolation=cv2.INTER_AREA), np.uint8)
