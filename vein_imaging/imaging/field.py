"""Where to look: lit skin, not background, clothes, straps or letterbox bars.

A small copy of the picture is cut into regions at steep changes of brightness. Skin is
the region that fills the middle most brightly, and every other one about as bright.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["find_field", "is_visible_light"]

SEARCH_AREA_PX = 180**2
DARK_SHARE = 0.2
"""A pixel darker than this share of the brightest twentieth is background."""
DARKEST_LEVEL = 8.0
STEEP = 0.05
"""Change of log brightness from one pixel of the small copy to the next that parts
regions: outlines change by .1 and more, uneven light by .02."""
BRIGHT_SHARE, SMALL_BRIGHT_SHARE = 0.8, 0.92
"""A region at least this bright, measured by the main one, is skin too; the second
where it is smaller than `SMALL_AREA_SHARE` of it, as a corner of a table would be."""
SMALL_AREA_SHARE = 0.2
VALLEY_DEPTH = 0.27
REDDISH, REDDISH_LEAST_SHARE = 1.1, 0.2
SMALLEST_SHARE = 0.02
LARGEST_HOLE_SHARE = 0.05


def find_field(plane: Plane, picture: NDArray[np.uint8] | None = None) -> Mask:
    """Find the lit skin of a picture.

    Parameters
    ----------
    plane : (H, W) uint8
        The channel that is searched for veins.
    picture : (H, W, 3) uint8 RGB, optional
        Where enough of it is reddish, as all skin is by visible light, only that is
        skin. In a near-infrared picture nothing is reddish.

    Returns
    -------
    (H, W) bool
        May be empty: an unlit picture has no field.
    """
    height, width = plane.shape
    scale = min(1.0, math.sqrt(SEARCH_AREA_PX / (height * width)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shrunk = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.medianBlur(shrunk, 3), np.uint8)
    bright = float(np.percentile(small, 95))
    lit = (small > max(DARK_SHARE * bright, DARKEST_LEVEL)).astype(np.uint8)
    if picture is not None and picture.ndim == 3:
        lit = _only_reddish(
            cv2.resize(picture, size, interpolation=cv2.INTER_AREA), lit
        )
    regions = lit & (_steepness(small, 0.08 * bright) < STEEP)
    opened = cv2.morphologyEx(regions, cv2.MORPH_OPEN, _disc(3))
    skin = _choose(small, np.asarray(opened, np.uint8))
    # the steep zone along an outline belongs half to the region
    closed = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, _disc(11))
    grown = np.asarray(cv2.dilate(closed, _disc(5)), np.uint8)
    # a vein that parts two regions is filled in; the valley where a limb ends is not
    valley = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _disc(13))
    shallow = small > (1 - VALLEY_DEPTH) * valley.astype(np.float32)
    skin = _fill_holes(np.asarray(skin | (grown & lit & shallow), np.uint8))
    found = cv2.resize(skin * 255, (width, height), interpolation=cv2.INTER_LINEAR)
    return found > 127


def is_visible_light(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture was taken by visible light: then skin and retina are reddish.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB

    Returns
    -------
    bool
        False for grey, and for the purple of a near-infrared colour camera.
    """
    if picture.ndim == 2:
        return False
    step = max(1, round(math.sqrt(picture[..., 0].size / SEARCH_AREA_PX)))
    small = picture[::step, ::step]
    level = np.asarray(small.max(axis=2), np.uint8)
    lit = level > max(DARK_SHARE * float(np.percentile(level, 95)), DARKEST_LEVEL)
    reddish = int(np.count_nonzero(_reddish(small) & lit))
    return reddish > 0 and reddish >= REDDISH_LEAST_SHARE * int(np.count_nonzero(lit))


def _reddish(small: NDArray[Any]) -> Mask:
    red, green, blue = (small[..., k].astype(np.float32) for k in range(3))
    return np.asarray((red > REDDISH * green) & (red > REDDISH * blue))


def _only_reddish(small: NDArray[Any], lit: Plane) -> Plane:
    reddish = _reddish(small) & (lit > 0)
    if np.count_nonzero(reddish) < REDDISH_LEAST_SHARE * np.count_nonzero(lit):
        return lit
    return reddish.astype(np.uint8)


def _disc(size: int) -> Plane:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(kernel, np.uint8)


def _steepness(small: Plane, offset: float) -> Image:
    """Change of log brightness for each pixel; `offset` keeps dark noise out."""
    level = np.log(small.astype(np.float32) + np.float32(offset + 1))
    level = np.asarray(cv2.GaussianBlur(level, (0, 0), 0.8), np.float32)
    across = cv2.Sobel(level, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(level, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _choose(small: Plane, regions: Plane) -> Plane:
    """Regions about as bright as the one that fills the middle most brightly."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(regions, connectivity=4)
    height, width = small.shape
    rows, columns = np.ogrid[:height, :width]
    away = ((rows / height - 0.5) ** 2 + (columns / width - 0.5) ** 2) / 0.5
    weight = (1 - away) * small.astype(np.float64) ** 2
    merit = np.bincount(labels.ravel(), weight.ravel(), minlength=count)
    large = stats[:, cv2.CC_STAT_AREA] >= SMALLEST_SHARE * small.size
    large[0] = False
    if not large.any():
        return np.zeros_like(small)
    level = np.zeros(count)
    for label in np.flatnonzero(large):
        level[label] = np.median(small[labels == label])
    main = int(np.argmax(np.where(large, merit, 0)))
    area = stats[:, cv2.CC_STAT_AREA]
    small_one = area < SMALL_AREA_SHARE * area[main]
    share = np.where(small_one, SMALL_BRIGHT_SHARE, BRIGHT_SHARE)
    kept = large & (level >= share * level[main])
    return np.asarray(kept.astype(np.uint8)[labels])


def _fill_holes(skin: Plane) -> Plane:
    """Fill what is enclosed and small: a dark vein, a mole, an optic disc."""
    holes = np.asarray(1 - skin, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    height, width = skin.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    enclosed = (left > 0) & (left + stats[:, cv2.CC_STAT_WIDTH] < width)
    enclosed &= (top > 0) & (top + stats[:, cv2.CC_STAT_HEIGHT] < height)
    enclosed &= stats[:, cv2.CC_STAT_AREA] <= LARGEST_HOLE_SHARE * skin.size
    enclosed[0] = False
    return np.asarray(skin | enclosed.astype(np.uint8)[labels], np.uint8)
