"""Ways to part a small picture in two: skin, and what it lies on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import closed, fill_holes, main_parts, opened
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["Split", "propose_splits"]

BINS, APART_BINS = 64, 6
RED_LEVELS, BRIGHT_LEVELS = 3, 2
RED_PERCENTILES = (8.0, 18.0, 30.0, 45.0, 60.0)
"""Where the histogram has no valley the limb's share of the picture is guessed."""
STEEP_SHARE = 0.75
"""A near-infrared limb dims towards its outline: a level goes down as long as the
gradient at it stays that high."""
LEAST_SHARE, LARGEST_SHARE = 0.04, 0.97
OTHER_SHARE = 0.02
HOLE_SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What might be skin.

    Parameters
    ----------
    mask : (h, w) bool
    by_colour : bool
        Whether redness told it from the rest; else brightness.
    """

    mask: Mask
    by_colour: bool


def redness(small: SmallPicture) -> Image:
    """How reddish each pixel is: both ratios, bounded as skin's are."""
    red = np.clip(small.red_green, -0.1, 0.5) + np.clip(small.red_blue, -0.1, 0.8)
    return np.asarray(cv2.GaussianBlur(red, (0, 0), 0.7), np.float32)


def propose_splits(small: SmallPicture, within: Mask) -> Iterator[Split]:
    """Propose splits, the likeliest kinds first.

    Parameters
    ----------
    small : SmallPicture
    within : (h, w) bool
        Only there is skin sought.

    Yields
    ------
    Split
    """
    if small.light == "visible":
        axis = redness(small)
        levels = _levels(axis, within, RED_LEVELS)
        guessed = np.percentile(axis[within], RED_PERCENTILES)
        for level in (*levels, *guessed):
            yield from _shaped(within & (axis > level), by_colour=True)
        for level in levels:
            yield from _shaped(within & (axis < level), by_colour=True)
    smooth = np.asarray(cv2.GaussianBlur(small.level, (0, 0), 0.7), np.float32)
    for level in _levels(smooth, within, BRIGHT_LEVELS, down=small.light != "visible"):
        yield from _shaped(within & (smooth > level), by_colour=False)
        if small.light == "visible":
            yield from _shaped(within & (smooth < level), by_colour=False)


def _shaped(mask: Mask, *, by_colour: bool) -> Iterator[Split]:
    """A mask as a split: whole parts without specks and holes, if that is something."""
    main, others = main_parts(closed(opened(mask, 3), 3), OTHER_SHARE)
    for other in others:
        main = main | other
    main = fill_holes(main, HOLE_SHARE)
    if LEAST_SHARE <= main.mean() <= LARGEST_SHARE:
        yield Split(main, by_colour)


def _levels(
    axis: Image, within: Mask, count: int, *, down: bool = False
) -> list[float]:
    """Levels that part an axis best: two heaps, and a steep change between them.

    Merit is Otsu's share of the variance that lies between both sides, and the mean
    gradient of the pixels at that level: an outline is steep, a slope of light is not.
    """
    values = axis[within]
    if values.size < 2:
        return []
    low, high = np.percentile(values, (0.5, 99.5))
    if high - low < 1e-3:
        return []
    across = cv2.Sobel(axis, cv2.CV_32F, 1, 0, scale=1 / 8)
    down_ = cv2.Sobel(axis, cv2.CV_32F, 0, 1, scale=1 / 8)
    gradient = np.asarray(cv2.magnitude(across, down_))[within]
    bins = np.clip((values - low) / (high - low) * BINS, 0, BINS - 1).astype(np.intp)
    pixels = np.bincount(bins, minlength=BINS)
    steep = _smoothed(np.bincount(bins, gradient, BINS)) / np.maximum(
        _smoothed(pixels.astype(np.float64)), 1e-9
    )
    merit = _otsu(pixels) + 0.5 * steep / steep.max()
    chosen: list[int] = []
    for at in np.argsort(-merit):
        if len(chosen) < count and all(abs(at - one) >= APART_BINS for one in chosen):
            chosen.append(int(at))
    if down:
        chosen = [_down_the_slope(steep, at) for at in chosen]
    return [low + (at + 1) / BINS * (high - low) for at in chosen]


def _otsu(pixels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Share of the variance between both sides of the end of each bin (Otsu 1979)."""
    share = pixels / pixels.sum()
    below, mean = np.cumsum(share), np.cumsum(share * np.arange(BINS))
    spread = (share * (np.arange(BINS) - mean[-1]) ** 2).sum()
    between = (mean[-1] * below - mean) ** 2 / np.maximum(below * (1 - below), 1e-9)
    return np.asarray(between / max(spread, 1e-9))


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(5), "same")


def _down_the_slope(steep: NDArray[np.float64], at: int) -> int:
    least = STEEP_SHARE * steep[at]
    while at > 0 and steep[at - 1] > least:
        at -= 1
    return at
