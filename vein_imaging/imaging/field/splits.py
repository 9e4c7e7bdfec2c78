"""Ways to part a small picture in two: skin, and what it lies on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import (
    closed,
    fill_holes,
    opened_mask,
    whole_parts,
)
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["Axis", "Split", "brightness_axis", "red_axis", "splits_at"]

BINS, APART_BINS = 64, 6
RED_LEVELS, BRIGHT_LEVELS = 3, 2
RED_PERCENTILES = (8.0, 18.0, 30.0, 45.0, 60.0)
"""Where the histogram has no valley the ground's share of the picture is guessed."""
STEEP_SHARE = 0.75
"""A near-infrared limb dims towards its outline: a level goes down as long as the
gradient at it stays that high."""
LEAST_SHARE, LARGEST_SHARE = 0.04, 0.97
"""Of the picture; less is no limb, more is no ground."""
OTHER_SHARE = 0.02
"""A second leg has that much of the picture; less is a speck."""
HOLE_SHARE = 0.05
"""Holes up to that share of the picture are filled; a larger one may be ground."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """A value for each pixel, and levels that part it well.

    Parameters
    ----------
    values : (h, w) float32
    levels : tuple of float
        Between two heaps of the histogram, the best first.
    guesses : tuple of float
        Further levels, for what is above them.
    by_colour : bool
    """

    values: Image
    levels: tuple[float, ...]
    guesses: tuple[float, ...]
    by_colour: bool


def red_axis(small: SmallPicture, within: Mask) -> Axis:
    """How reddish each pixel is: both ratios, bounded as skin's are.

    Parameters
    ----------
    small : SmallPicture
    within : (h, w) bool
        Where levels are sought; some of it.
    """
    red = np.clip(small.red_green, -0.1, 0.5) + np.clip(small.red_blue, -0.1, 0.8)
    values = np.asarray(cv2.GaussianBlur(red, (0, 0), 0.7), np.float32)
    guesses = tuple(map(float, np.percentile(values[within], RED_PERCENTILES)))
    return Axis(values, _levels(values, within, RED_LEVELS), guesses, by_colour=True)


def brightness_axis(small: SmallPicture, within: Mask) -> Axis:
    """How bright each pixel is.

    Parameters
    ----------
    small : SmallPicture
    within : (h, w) bool
        Where levels are sought; some of it.
    """
    values = np.asarray(cv2.GaussianBlur(small.level, (0, 0), 0.7), np.float32)
    dims = small.light != "visible"
    levels = _levels(values, within, BRIGHT_LEVELS, down=dims)
    return Axis(values, levels, (), by_colour=False)


def splits_at(
    axis: Axis, levels: tuple[float, ...], within: Mask, *, above: bool = True
) -> Iterator[Split]:
    """Splits at some levels of an axis.

    Parameters
    ----------
    axis : Axis
    levels : tuple of float
    within : (h, w) bool
        Only there is skin sought.
    above : bool
        Whether skin is what exceeds the level; else what is below it.

    Yields
    ------
    Split
        Whole parts without specks and small holes, neither tiny nor everything.
    """
    for level in levels:
        side = axis.values > level if above else axis.values < level
        mask = whole_parts(closed(opened_mask(within & side, 3), 3), OTHER_SHARE)
        mask = fill_holes(mask, HOLE_SHARE)
        if LEAST_SHARE <= np.count_nonzero(mask) / mask.size <= LARGEST_SHARE:
            yield Split(mask, axis.by_colour)


def _levels(
    values: Image, within: Mask, count: int, *, down: bool = False
) -> tuple[float, ...]:
    """Levels that part values best: two heaps, and a steep change between them.

    Merit is Otsu's share of the variance that lies between both sides, and the mean
    gradient of the pixels at that level: an outline is steep, a slope of light is not.
    """
    inner = values[within]
    low, high = np.percentile(inner, (0.5, 99.5))
    if high - low < 1e-3:
        return ()
    across = cv2.Sobel(values, cv2.CV_32F, 1, 0)
    along = cv2.Sobel(values, cv2.CV_32F, 0, 1)
    gradient = np.asarray(cv2.magnitude(across, along))[within]
    bins = np.clip((inner - low) / (high - low) * BINS, 0, BINS - 1).astype(np.intp)
    pixels = np.bincount(bins, minlength=BINS)
    steep = _running_sum(
        np.bincount(bins, gradient, BINS).astype(np.float64)
    ) / np.maximum(_running_sum(pixels.astype(np.float64)), 1)
    merit = _between(pixels) + 0.5 * steep / max(float(steep.max()), 1e-9)
    chosen: list[int] = []
    for at in np.argsort(-merit):
        if len(chosen) < count and all(abs(at - one) >= APART_BINS for one in chosen):
            chosen.append(int(at))
    if down:
        chosen = [_down_the_slope(steep, at) for at in chosen]
    return tuple(float(low + (at + 1) / BINS * (high - low)) for at in chosen)


def _between(pixels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Share of the variance between both sides of the end of each bin.

    Otsu 1979, eq. 18 over eq. 15, doi:10.1109/TSMC.1979.4310076.
    """
    share = pixels / pixels.sum()
    below, mean = np.cumsum(share), np.cumsum(share * np.arange(BINS))
    spread = float((share * (np.arange(BINS) - mean[-1]) ** 2).sum())
    between = (mean[-1] * below - mean) ** 2 / np.maximum(below * (1 - below), 1e-9)
    return np.asarray(between / max(spread, 1e-9))


def _running_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(5), "same")


def _down_the_slope(steep: NDArray[np.float64], at: int) -> int:
    least = STEEP_SHARE * steep[at]
    while at > 0 and steep[at - 1] > least:
        at -= 1
    return at
