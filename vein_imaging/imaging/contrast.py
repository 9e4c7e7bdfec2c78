"""From brightness to local contrast in per cent, the same for every camera gain."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane
from vein_imaging.imaging.plane import shrunk_by

__all__ = ["local_contrast", "without_rim"]

SPREAD_SIGMA_PX = 25.0
"""Of the neighbourhood whose deviation clips. 15 to 25 gave .0005 of AUC on DRIVE."""
FILL_SIGMA_PX = 4.0
"""Outside the field counts what is this near within: one pixel of the shrunk copy."""
DARK_OFFSET = 10.0
"""Grey levels added to the background: no division by darkness."""
CLIP_DARK_SD, CLIP_BRIGHT_SD = 2.0, 0.5
RIM_PX = 4
"""Width of the field's rim that is not looked at: lens and shadow darken it."""
_SHRINK = 4
"""What is smooth is worked out on a copy so much smaller; no sigma is under a pixel
there."""
_LEAST_HALVED_PX = 100
"""Smaller than this the edges of the picture are much of it, and halving shows."""
_BAND_ROWS = 108
"""A multiple of `_SHRINK`; a band's arrays fit the processor's second cache."""


def without_rim(field: Mask) -> Mask:
    """Take the rim off a field; where it meets the picture's edge there is none.

    Parameters
    ----------
    field : (H, W) bool

    Returns
    -------
    (H, W) bool
    """
    size = (2 * RIM_PX + 1, 2 * RIM_PX + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
    return cv2.erode(field.view(np.uint8), kernel) > 0


def local_contrast(
    plane: Plane, inner: Mask, *, background_sigma_px: float = 8.0
) -> Image:
    """Contrast of each pixel against its surroundings, clipped to the local spread.

    Parameters
    ----------
    plane : (H, W) uint8
    inner : (H, W) bool
        Only these pixels count; elsewhere the contrast is that of the nearest ones.
    background_sigma_px : px
        Blur that makes the surroundings' brightness.

    Returns
    -------
    (H, W) float32, per cent
        Negative where darker than the surroundings.
    """
    inside = np.multiply(inner.view(np.uint8), np.uint8(255))
    # all that is smooth is worked out on a quarter-size copy
    weight = shrunk_by(_SHRINK, inside) / np.float32(255)
    # halving bytes rounds halves up: an eighth too bright, on average
    total = shrunk_by(_SHRINK, cv2.bitwise_and(plane, inside)) - weight / 8
    background = _mean_inside(total, weight, background_sigma_px / _SHRINK)
    scale = 100 / (background + DARK_OFFSET)
    fill = None
    if not inner.all():
        # outside as just inside: the field's edge must not look like a vein's
        small = (total - background * weight) * scale
        fill = _mean_inside(small, weight, FILL_SIGMA_PX / _SHRINK)
    contrast = np.empty(plane.shape, np.float32)
    squared = np.empty_like(weight)
    for band in _bands(plane.shape[0]):
        part, pixels = contrast[band.rows], plane[band.rows]
        np.copyto(part, pixels)
        cv2.subtract(part, band.enlarged(background, plane), dst=part)
        cv2.multiply(part, band.enlarged(scale, plane), dst=part)
        if fill is not None:
            outside = cv2.bitwise_not(inside[band.rows])
            cv2.copyTo(band.enlarged(fill, plane), outside, part)
        squared[band.small_rows] = shrunk_by(_SHRINK, cv2.multiply(part, part))
    spread = np.sqrt(_wide_mean_inside(squared * weight, weight))
    for band in _bands(plane.shape[0]):
        part = contrast[band.rows]
        limit = band.enlarged(spread * np.float32(-CLIP_DARK_SD), plane)
        cv2.max(part, limit, dst=part)
        limit *= np.float32(-CLIP_BRIGHT_SD / CLIP_DARK_SD)
        cv2.min(part, limit, dst=part)
    return contrast


@dataclass(frozen=True, slots=True)
class _Band:
    """Some rows, worked on at a time so that they stay in the processor's cache."""

    top: int
    bottom: int
    height: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def small_rows(self) -> slice:
        return slice(self.top // _SHRINK, self.bottom // _SHRINK)

    def enlarged(self, small: NDArray[Any], plane: Plane) -> Image:
        """These rows of a quarter-size image brought to full size."""
        if self.bottom - self.top == self.height:
            size = plane.shape[1], self.height
            return np.asarray(cv2.resize(small, size), np.float32)
        # one row more to each side: between rows is interpolated
        first = max(0, self.top // _SHRINK - 1)
        part = small[first : self.bottom // _SHRINK + 1]
        wide = cv2.resize(part, (plane.shape[1], len(part) * _SHRINK))
        start = self.top - first * _SHRINK
        return np.asarray(wide[start : start + self.bottom - self.top], np.float32)


def _bands(height: int) -> list[_Band]:
    if height % _SHRINK:
        return [_Band(0, height, height)]
    edges = [0, *range(_BAND_ROWS, height - _BAND_ROWS // 2, _BAND_ROWS), height]
    return [_Band(top, bottom, height) for top, bottom in itertools.pairwise(edges)]


def _mean_inside(
    total: NDArray[Any], weight: NDArray[Any], sigma: float
) -> NDArray[Any]:
    """Gaussian mean over the pixels that count."""
    above = cv2.GaussianBlur(total, (0, 0), sigma)
    below = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(above / (below + np.float32(1e-3)))


def _wide_mean_inside(total: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:
    """The same over a neighbourhood so wide that half the size again will do."""
    sigma = SPREAD_SIGMA_PX / _SHRINK
    if min(weight.shape) < _LEAST_HALVED_PX:
        return _mean_inside(total, weight, sigma)
    mean = _mean_inside(shrunk_by(2, total), shrunk_by(2, weight), sigma / 2)
    return np.asarray(cv2.resize(mean, weight.shape[::-1]))
