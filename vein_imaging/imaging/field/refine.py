"""Sharpen a rough field by the colours within and without it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import closed, fill_holes, main_parts, opened
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["refine"]

BOUNDS = ((-0.2, 0.7), (-0.3, 1.2), (2.5, 5.6))
COUNTS = (24, 24, 12)
"""Histogram of ratio to green, ratio to blue, level."""
CERTAIN, LEAST_ODDS = 3.0, 0.15
"""Log odds are bounded, and in doubt it is skin: skin left out is a vein missed."""
ODDS_PX = 5
ROUNDS = 2
FAR_REDDER = 0.45, 0.8
"""Redder than skin by that, in a large patch, is red cloth or a yellow box."""
OTHER_SHARE = 0.02
ALIKE = 0.12, 0.25, 0.9
"""Another part is skin as well if its medians are that near: ratios and level."""
SMALL_HOLE, LARGE_HOLE, OVER_BRIGHT_HOLE = 0.004, 0.05, 0.2
OVER_BRIGHT, LEAST_RED = 5.515, 0.3


def refine(small: SmallPicture, rough: Mask) -> Mask:
    """Sharpen a rough field.

    Parameters
    ----------
    small : SmallPicture
        Not grey.
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
    skin = closed(opened(skin, 5), 5)
    main, others = main_parts(skin, OTHER_SHARE)
    if not main.any():
        return rough
    kept = main.copy()
    for other in others:
        if _alike(small, main, other):
            kept |= other
    return _without_holes(small, kept)


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
        share = np.bincount(bins[where], minlength=size).astype(np.float32)
        share = share.reshape(COUNTS) / max(1, np.count_nonzero(where))
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
    if not skin.any():
        return skin
    far = np.zeros_like(skin)
    for part, limit in zip(
        (small.red_green, small.red_blue), FAR_REDDER, strict=True
    ):
        far |= part > np.median(part[skin]) + limit
    return opened(far, 11)


def _alike(small: SmallPicture, main: Mask, other: Mask) -> bool:
    parts = small.red_green, small.red_blue, small.level
    return all(
        abs(float(np.median(part[main])) - float(np.median(part[other]))) < limit
        for part, limit in zip(parts, ALIKE, strict=True)
    )


def _without_holes(small: SmallPicture, skin: Mask) -> Mask:
    """Fill small holes; larger ones if over-bright or about as red as skin."""
    filled = fill_holes(skin, SMALL_HOLE)
    red = small.red_green + small.red_blue
    least = LEAST_RED * float(np.median(red[skin]))
    every = fill_holes(filled, OVER_BRIGHT_HOLE) & ~filled
    main, holes = main_parts(every, 0)
    for hole in (main, *holes):
        if not hole.any():
            continue
        over_bright = float(np.median(small.level[hole])) > OVER_BRIGHT
        alike = hole.mean() < LARGE_HOLE and float(np.median(red[hole])) >= least
        if over_bright or alike:
            filled = filled | hole
    return filled
