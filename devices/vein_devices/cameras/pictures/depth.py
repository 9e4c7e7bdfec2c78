"""Pixel values of any range on the one scale of 16 bits.

Cameras store 10, 12 or 14 bits in files of 16: full white is then a sixty-fourth to a
quarter of what the file could hold, and read as 16 bits the picture is all but black.
No tag tells it, so the values are asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["bits_in_use", "few_levels", "is_dark", "to_sixteen_bits"]

_DEPTHS = (8, 10, 12, 14, 16, 20, 24, 32)
"""Bits for one value that sensors and files have."""
_OUTLIERS = 1e-4
"""Share of pixels that may be brighter than the rest's full white: hot ones."""
_DARK = 0.1
"""Of full white: a picture with hardly a pixel brighter is too dark to measure in."""
_DARK_SHARE = 0.99
"""Of the pixels: a hundredth may be a lamp, a label or a highlight."""

_FEW_LEVELS = 16
"""Of a drawing or a scan in 1, 2 or 4 bits: a vein is a few levels of 255 darker than
the skin, and lost between two of them."""
_ASKED_PX = 500  # of a side: a sample of so many rows finds all levels of a photograph


def bits_in_use(values: NDArray[np.integer[Any]]) -> int:
    """How many bits the values fill.

    Parameters
    ----------
    values : array of int, >= 0

    Returns
    -------
    int
        One of 8, 10, 12, 14, 16, 20, 24, 32; a few hot pixels do not count.
    """
    top = int(values.max(initial=0))
    most = _depth_of(top)
    if most <= _DEPTHS[0]:
        return most
    count = max(int(values.size * _OUTLIERS), 0)
    rest = int(np.partition(values.ravel(), -1 - count)[-1 - count])
    return _depth_of(rest)


def _depth_of(value: int) -> int:
    return next(bits for bits in _DEPTHS if value < 1 << bits)


def to_sixteen_bits(values: NDArray[Any], bits: int) -> NDArray[np.uint16]:
    """Put values on a scale where full white is 65535.

    Parameters
    ----------
    values : array of int or float, >= 0
    bits : int
        Full white is 2**bits - 1; what is brighter is cut there.

    Returns
    -------
    array of uint16
    """
    if bits == 16 and values.dtype == np.uint16:
        return np.asarray(values, np.uint16)
    full = float((1 << bits) - 1)
    scaled = np.minimum(values / np.float64(full), 1.0) * 65535.0
    return np.asarray(np.rint(scaled), np.uint16)


def is_dark(pixels: NDArray[Any], hidden: NDArray[np.bool_] | None) -> bool:
    """Whether hardly a pixel that is to be seen is lit.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3), uint8 or uint16
    hidden : (H, W) bool, optional

    Returns
    -------
    bool
    """
    bright = pixels.max(axis=2) if pixels.ndim == 3 else pixels
    seen = bright if hidden is None else bright[~hidden]
    limit = _DARK * np.iinfo(pixels.dtype).max
    return float((seen < limit).mean()) >= _DARK_SHARE if seen.size else False


def few_levels(pixels: NDArray[Any]) -> int:
    """How many levels of brightness there are, where they are too few for a photograph.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3), uint8 or uint16

    Returns
    -------
    int
        0 where they are enough, or all is of one level (a lid on the camera).
    """
    one = pixels[..., 0] if pixels.ndim == 3 else pixels
    apart = max(1, min(one.shape) // _ASKED_PX)
    count = int(np.unique(one[::apart, ::apart]).size)
    return count if 1 < count <= _FEW_LEVELS else 0
