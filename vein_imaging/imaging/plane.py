"""From a picture to the one channel, at the one size, in which veins are searched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = [
    "Channel",
    "choose_channel",
    "halvings_for",
    "patched",
    "shrunk_by",
    "take_channel",
]

Channel = Literal["auto", "green", "red", "grey"]

WORKING_SIDE_PX = 1000
"""A picture is halved while its longer side is above this."""


WIDEST_MM, WIDEST_SHARE = 4.0, 1 / 60
"""Widest vein sought: in mm, or without a scale as a share of the longer side."""
DARK_LEVEL, LIT_SHARE = 16, 0.05
SATURATED_LEVEL, SATURATED_SHARE = 250, 0.3


def halvings_for(shape: tuple[int, int]) -> int:
    """How often a picture is halved before veins are searched in it.

    Parameters
    ----------
    shape : px
        (H, W) of the picture.

    Returns
    -------
    int, >= 0
    """
    halvings, side = 0, max(shape)
    while side > WORKING_SIDE_PX:
        side //= 2
        halvings += 1
    return halvings


def shrunk_by(factor: int, image: NDArray[Any]) -> Image:
    """Means of squares of pixels, taken by halves.

    OpenCV halves an image several times faster than it shrinks it by other factors.

    Parameters
    ----------
    factor : 2, 4, 8 ...
    image : (H, W) uint8 or float32

    Returns
    -------
    (H // factor, W // factor) float32
        At least one pixel. The first halving of uint8 is rounded, no other.
    """
    while factor > 1:
        size = max(1, image.shape[1] // 2), max(1, image.shape[0] // 2)
        half = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        image = half.astype(np.float32, copy=False)
        factor //= 2
    return np.asarray(image, np.float32)


def patched(plane: Plane, mask: Mask, source: Plane) -> Plane:
    """Put pixels of a smaller copy in the place of a plane's own.

    Parameters
    ----------
    plane : (H, W) uint8
    mask : (h, w) bool
        Which ones.
    source : (h, w) uint8
        The plane, halved a few times (or not at all) and changed there.

    Returns
    -------
    (H, W) uint8
        The same plane where nothing is masked.
    """
    place = np.flatnonzero(mask)
    if not place.size:
        return plane
    values = source.ravel()[place]
    size = 2 ** round(math.log2(plane.shape[1] / mask.shape[1]))
    rows, columns = np.divmod(place, mask.shape[1])
    corner = rows * (size * plane.shape[1]) + columns * size
    out = plane.copy()
    flat = out.ravel()
    for row in range(size):
        for column in range(size):
            flat[corner + (row * plane.shape[1] + column)] = values
    return out


def octaves_for(mm_per_pixel: float | None, halvings: int, longer_px: int) -> int:
    """How many octaves of width are searched at the working size.

    Parameters
    ----------
    mm_per_pixel : mm or None
        Of the picture as it came.
    halvings : int
        How often it is halved.
    longer_px : px
        Its longer side then.

    Returns
    -------
    int, 2 or 3
    """
    if mm_per_pixel is None:
        widest_px = WIDEST_SHARE * longer_px
    else:
        widest_px = WIDEST_MM / (mm_per_pixel * 2**halvings)
    return min(3, max(2, 1 + math.ceil(math.log2(max(widest_px / 6, 1)))))


def take_channel(
    picture: NDArray[np.uint8], channel: Literal["green", "red", "grey"]
) -> Plane:
    """Take one channel out of a picture.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
    channel : {"green", "red", "grey"}
        "grey" weighs the channels as the eye does (ITU-R BT.601).

    Returns
    -------
    (H, W) uint8
        A grey picture comes back as it is.
    """
    if picture.ndim == 2:
        return picture
    if channel == "grey":
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    index = {"red": 0, "green": 1}[channel]
    return np.asarray(cv2.extractChannel(picture, index), np.uint8)


def choose_channel(
    picture: NDArray[np.uint8],
) -> Literal["green", "red", "grey"]:
    """Choose the channel in which vessels stand out most.

    Haemoglobin absorbs most in green, and a near-infrared camera's green pixels are the
    last to saturate: green it is, unless green is dark or saturated itself. Measuring
    the vessels' contrast in each channel chose worse: docs/vessel-detection.md.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8

    Returns
    -------
    {"green", "red", "grey"}
    """
    if picture.ndim == 2:
        return "grey"
    sample = np.ascontiguousarray(picture[::8, ::8])
    red, green, _ = (
        lit >= LIT_SHARE and saturated <= SATURATED_SHARE
        for lit, saturated in zip(
            _shares_from(DARK_LEVEL, sample),
            _shares_from(SATURATED_LEVEL, sample),
            strict=True,
        )
    )
    if green:
        return "green"
    return "red" if red else "grey"


def _shares_from(level: int, sample: NDArray[np.uint8]) -> Sequence[float]:
    """Share of each channel's pixels that are at least so bright."""
    return cv2.mean((sample >= level).view(np.uint8))[:3]
