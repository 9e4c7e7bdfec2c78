"""Skin without its lighting: what two pictures of it, weeks apart, have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.preparing.hair import Hair, mask_hairs
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Surface", "View", "grey_levels", "make_surface", "shrink"]

_WEIGHTS = {
    "red": np.array([1, 0, 0], np.float32),
    "green": np.array([0, 1, 0], np.float32),
    "grey": np.array([0.299, 0.587, 0.114], np.float32),
}
_SATURATED = 0.985  # of full scale
_BLACK = 0.01  # its logarithm is rounding
_GLARE_MM = 0.6  # the glow around a glare spot changes the flanks of a vein
_BESIDE_HAIR_PX = 4.0
"""Wide enough to reach beyond the rim of a hair, and narrow enough for even light."""
_FLAT_LIMIT = 4.0  # local standard deviations; beyond it a mole outvotes the skin


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One picture, prepared for alignment and for contrast.

    Parameters
    ----------
    log : (H, W) float32
        ln(1 + 255 intensity) minus its local mean: a change of exposure or of the light
        across the picture leaves it as it is; a vein is a dip of the same depth.
    flat : (H, W) float32
        `log` divided by its local standard deviation, clipped, 0 outside `usable`.
    usable : (H, W) bool
        Skin that is neither saturated nor black; hairs included, filled in `flat`.
    hair : Hair
        Hairs on it.
    """

    log: Image
    flat: Image
    usable: Mask
    hair: Hair

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in px."""
        height, width = self.usable.shape
        return int(height), int(width)

    @property
    def bare(self) -> Mask:
        """Usable skin that no hair covers: where contrast is measured."""
        return self.usable & ~self.hair.mask


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is matched of one picture.

    Parameters
    ----------
    surface : Surface
    vesselness : (H, W) float32
        Robust z-score, dark vessels positive.
    picture : (H, W, 3) uint8 RGB
        As it came; a grey one three times.
    skin : (H, W) bool
    """

    surface: Surface
    vesselness: Image
    picture: NDArray[np.uint8]
    skin: Mask


def grey_levels(image: NDArray[Any], channel: str = "green") -> Image:
    """Take the channel that is compared.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB, uint8 | uint16 | float32 or float64 in [0, 1]
    channel : "green" | "red" | "grey"
        Of a colour picture; `VeinMap.channel` says which was searched. "grey" weighs
        as ITU-R BT.601 does.

    Returns
    -------
    (H, W) float32 in [0, 1]

    Raises
    ------
    ValueError
        If shape or type are none of these, a value is not finite, or a float is
        outside [0, 1].
    """
    colour = image.ndim == 3 and image.shape[2] == 3
    if not (colour or image.ndim == 2) or min(image.shape[:2]) < 1:
        raise ValueError(
            f"a picture is (H, W) or (H, W, 3) RGB, not {image.shape}; "
            "drop the alpha channel, or pass one picture of a series"
        )
    if image.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        raise ValueError(
            f"a picture is uint8, uint16 or float32 in [0, 1], not {image.dtype}"
        )
    whole = 1 if image.dtype.kind == "f" else np.iinfo(image.dtype).max
    grey = (image @ _WEIGHTS[channel] if colour else image) / np.float32(whole)
    grey = grey.astype(np.float32)
    low, high = float(grey.min()), float(grey.max())
    if not (low >= 0.0 and high <= 1.0 + 1e-6):
        raise ValueError(
            f"a float picture lies in [0, 1], not [{low:g}, {high:g}]; "
            "divide it by its full scale, and fill what is not a number"
        )
    return np.asarray(grey.clip(0, 1), np.float32)


def make_surface(
    grey: Image, field: Mask, *, sigma_px: float, px_per_mm: float
) -> Surface:
    """Take the lighting out of a picture.

    Parameters
    ----------
    grey : (H, W) float32 in [0, 1]
    field : (H, W) bool
        Skin.
    sigma_px : px, > 0
        Scale of the lighting; wider than any vein.
    px_per_mm : px/mm, > 0

    Returns
    -------
    Surface
    """
    side = 2 * max(3, round(_GLARE_MM * px_per_mm)) + 1
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    spoiled = cv2.dilate((grey > _SATURATED).astype(np.uint8), ball)
    usable = field & (grey > _BLACK) & (spoiled == 0)
    log = np.log1p(255 * grey)
    hair = mask_hairs(log, usable, px_per_mm)
    bare = (usable & ~hair.mask).astype(np.float32)
    log -= _local_mean(log, bare, sigma_px)
    spread = np.sqrt(_local_mean(log * log, bare, sigma_px))
    typical = float(np.median(spread[usable])) if usable.any() else 1.0
    # a hair takes the tone of the skin beside it; a blank patch stays blank, and does
    # not become amplified noise
    filled = np.where(hair.mask, _local_mean(log, bare, _BESIDE_HAIR_PX), log)
    flat = filled / np.maximum(spread, max(0.25 * typical, 1e-3))
    flat = np.clip(flat, -_FLAT_LIMIT, _FLAT_LIMIT) * usable
    return Surface(log.astype(np.float32), flat.astype(np.float32), usable, hair)


def shrink(surface: Surface, scale: float) -> Surface:
    """Make a smaller copy, averaged over area.

    Parameters
    ----------
    surface : Surface
    scale : in (0, 1]

    Returns
    -------
    Surface
    """
    if scale >= 1.0:
        return surface
    height, width = surface.log.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    log, flat, usable, hair = (
        cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for plane in (surface.log, surface.flat, surface.usable, surface.hair.mask)
    )
    return Surface(
        np.asarray(log, np.float32),
        np.asarray(flat, np.float32),
        usable > 0.5,
        Hair(hair > 0.5, surface.hair.sigma_px * scale),
    )


def _local_mean(image: Image, weight: Image, sigma_px: float) -> Image:
    # Gaussian mean over the weighted pixels only, at a size where sigma is about 5 px
    factor = max(1, int(sigma_px / 5))
    height, width = image.shape
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    sigma = sigma_px / factor
    parts = []
    for plane in (image * weight, weight):
        small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        smooth = cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        parts.append(cv2.resize(smooth, (width, height)))
    return np.asarray(parts[0] / np.maximum(parts[1], 1e-6), dtype=np.float32)
