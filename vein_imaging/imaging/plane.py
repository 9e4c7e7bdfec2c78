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
    "octaves_for",
    "patched",
    "shrunk_by",
    "take_channel",
    "together",
]

Channel = Literal["auto", "green", "red", "grey"]

MOST_OCTAVES = 3
"""A fourth loses 8 points of recall on the phantom: skin is uneven at that scale."""
_OFFSET = 4.0
"""Grey levels added before the logarithm: no noise blown up in the dark."""
DARK_LEVEL, LIT_SHARE = 16, 0.05
SATURATED_LEVEL, SATURATED_SHARE = 250, 0.3


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
        The plane, shrunk (or not at all) and changed there.

    Returns
    -------
    (H, W) uint8
        The same plane where nothing is masked.
    """
    if not mask.any():
        return plane
    size = plane.shape[1], plane.shape[0]
    where, values = (
        cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
        for part in (mask.view(np.uint8), source)
    )
    return np.asarray(cv2.copyTo(values, where, plane.copy()), np.uint8)


def octaves_for(widest_px: float) -> int:
    """How many octaves of width answer veins up to that wide.

    Parameters
    ----------
    widest_px : px
        At the working size.

    Returns
    -------
    int, 2 or 3
    """
    return min(MOST_OCTAVES, max(2, 1 + math.ceil(math.log2(max(widest_px / 6, 1)))))


def together(red: Plane, green: Plane) -> Plane:
    """Red and green as one channel, in which equal contrasts of the two count equally.

    The mean of their logarithms, told as a brightness.

    Parameters
    ----------
    red, green : (H, W) uint8

    Returns
    -------
    (H, W) uint8
    """
    mean = (red.astype(np.float32) + _OFFSET) * (green.astype(np.float32) + _OFFSET)
    np.sqrt(mean, out=mean)
    mean -= np.float32(_OFFSET - 0.5)
    return mean.astype(np.uint8)


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
