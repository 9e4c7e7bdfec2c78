"""Sharpen a rough field by the colours within and without it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import (
    closed,
    fill_holes,
    opened_mask,
    parts_of,
    typical,
)
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["refine_by_colour"]

BOUNDS, COUNTS = ((-0.2, 0.7), (-0.3, 1.2), (2.5, 5.6)), (24, 24, 12)
"""Histogram of ratio to green, ratio to blue, level (grey 8 to 255): its range, and its
bins. What lies beyond counts in the outermost one."""
CERTAIN = 3.0
"""Log odds are bounded: a colour that is rare decides nothing."""
LEAST_ODDS, ODDS_PX = 0.15, 5
"""Skin is where their mean over a window exceeds that. At 0 the marked pictures lose
.005 of their skin and have .053 of the rest, here .007 and .047, at .3 .009 and
.041."""
ROUNDS = 2
"""The first takes the colours of the rough field, the second those of the sharper
one."""
FAR_REDDER, FAR_PX = (0.45, 0.8), 11
"""Redder than skin by that, in a large patch, is red cloth or a yellow box."""
OTHER_SHARE = 0.02
"""Of the picture: what is smaller is a speck, as in `splits.py`."""
ALIKE = (0.12, 0.25, 0.9)
"""Another part is skin as well if its medians are that near: ratios and level."""
SMALL_HOLE, LARGE_HOLE, OVER_BRIGHT_HOLE = 0.004, 0.05, 0.2
"""Holes of these shares of the picture are filled: any; one that is not far less red;
one that is over-bright, for there colour is lost."""
LEAST_RED = 0.3
"""Of the skin's redness: a hole that has less of it is far less red."""
OVER_BRIGHT = float(np.log(245 + 4))


def refine_by_colour(small: SmallPicture, rough: Mask) -> Mask:
    """Sharpen a rough field.

    Parameters
    ----------
    small : SmallPicture
        By visible light.
    rough : (h, w) bool

    Returns
    -------
    (h, w) bool
    """
    bins = _bins(small)
    skin = rough
    for _ in range(ROUNDS):
        odds = _log_odds(bins, skin)[bins]
        skin = np.asarray(cv2.blur(odds, (ODDS_PX, ODDS_PX)) > LEAST_ODDS) & small.lit
    skin &= ~_far_redder(small, skin)
    skin = closed(opened_mask(skin, 5), 5)
    main, *others = parts_of(skin, OTHER_SHARE) or [rough]
    for other in others:
        if _alike(small, main, other):
            main = main | other
    return _without_holes(small, main)


def _bins(small: SmallPicture) -> NDArray[np.intp]:
    """Number of the histogram's bin of each pixel."""
    index = np.zeros(small.lit.shape, np.float32)
    for part, (low, high), count in zip(
        (small.red_green, small.red_blue, small.level), BOUNDS, COUNTS, strict=True
    ):
        at = np.floor((part - low) * (count / (high - low)))
        index = index * count + np.clip(at, 0, count - 1)
    return index.astype(np.intp)


def _log_odds(bins: NDArray[np.intp], skin: Mask) -> Image:
    """Logarithm of skin's share over the rest's share for each bin."""
    size = COUNTS[0] * COUNTS[1] * COUNTS[2]
    shares = []
    for where in (skin, ~skin):
        inner = bins[where]
        counts = np.bincount(inner, minlength=size).reshape(COUNTS)
        share = np.asarray(counts / max(1, inner.size), np.float32)
        for axis in range(3):
            share = _smoothed(share, axis)
        shares.append(share.ravel())
    inside, outside = shares
    odds = np.log((inside + 1e-5) / (outside + 1e-5))
    return np.asarray(np.clip(odds, -CERTAIN, CERTAIN), np.float32)


def _smoothed(share: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Running mean by 1, 2, 1 along an axis."""
    padded = np.pad(share, [(1, 1) if axis == k else (0, 0) for k in range(3)])
    first, middle, last = (
        np.take(padded, range(k, k + share.shape[axis]), axis) for k in range(3)
    )
    return np.asarray((first + 2 * middle + last) / 4, np.float32)


def _far_redder(small: SmallPicture, skin: Mask) -> Mask:
    far = np.zeros_like(skin)
    ratios = (small.red_green, small.red_blue)
    if skin.any():
        for part, limit in zip(ratios, FAR_REDDER, strict=True):
            far |= part > typical(part, skin) + limit
    return opened_mask(far, FAR_PX)


def _alike(small: SmallPicture, main: Mask, other: Mask) -> bool:
    parts = small.red_green, small.red_blue, small.level
    return all(
        abs(typical(part, main) - typical(part, other)) < limit
        for part, limit in zip(parts, ALIKE, strict=True)
    )


def _without_holes(small: SmallPicture, skin: Mask) -> Mask:
    """Fill small holes; larger ones if over-bright or about as red as skin."""
    filled = fill_holes(skin, SMALL_HOLE)
    red = small.red_green + small.red_blue
    least = LEAST_RED * typical(red, skin)
    for hole in parts_of(fill_holes(filled, OVER_BRIGHT_HOLE) & ~filled, 0):
        over_bright = typical(small.level, hole) > OVER_BRIGHT
        share = np.count_nonzero(hole) / hole.size
        if over_bright or (share < LARGE_HOLE and typical(red, hole) >= least):
            filled = filled | hole
    return filled
