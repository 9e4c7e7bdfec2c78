"""Where to look: lit skin, not background, clothes, straps or letterbox bars.

A small copy of the picture is cut into objects. Skin is the object that fills the
middle most brightly, and every other one about as bright.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask, Plane
from vein_imaging.imaging.field.objects import (
    LINE_WIDTH_PX,
    cut_objects,
    disc,
    find_barriers,
    widened,
)

__all__ = ["find_field", "is_visible_light"]

SEARCH_AREA_PX = 180**2
DARK_SHARE = 0.25
"""A pixel darker than this share of the brightest twentieth is background."""
DARKEST_LEVEL = 8.0
LIT_PERCENTILE = 90.0
"""Brightness of an object: that of its parts that face the light."""
BRIGHT_SHARE = 0.93
"""An object as bright as that, measured by the main one, is skin too."""
DIM_SHARE, APART_SHARE = 0.5, 0.8
"""So is a dimmer one beside skin, for light falls off, unless the surface bends away in
between; and one apart from it that is not much dimmer."""
SLIVER_SHARE, DARK_SHARE_BESIDE = 0.35, 0.2
"""But what is dimmer and smaller than that, and has so much dark around it, measured by
its own area, is what lies between a limb and the background."""
BENT, NEAR_PX, FAR_PX = 0.1, (5, 8), (10, 15)
"""A surface bends where, from near to far, both sides of a border together become
brighter by that share: away from its outline a limb turns towards the light. Skin
beside a vein is flat."""
VISIBLE_SHARE = 0.8
"""By visible light, where only what is reddish is looked at, this is bright enough."""
REDDISH, REDDISH_LEAST_SHARE = 1.1, 0.2
ROUND_SHARE = 0.8
"""Of the circle around it, for a lit part to be round."""
RIM_PX = 4
"""So far objects reach beyond their cores."""
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
    small = np.asarray(cv2.medianBlur(_shrunk(plane), 3), np.uint8)
    bright = int(_percentile(np.bincount(small.ravel(), minlength=256), 95.0))
    lit = (small > max(DARK_SHARE * bright, DARKEST_LEVEL)).astype(np.uint8)
    reddish = None
    if picture is not None and picture.ndim == 3:
        reddish = _reddish_part(_shrunk(picture), lit)
    # in a round field, as a lens makes it, dark lines are vessels: nothing lies apart
    visible = reddish is not None or _is_round(lit)
    lit = lit if reddish is None else reddish
    steps, lines = find_barriers(small, lit, bright, lines=not visible)
    weakest, core_px = (1.0, 3) if visible else (0.6, 7)
    barrier = np.asarray(cv2.max(steps, lines), np.float32)
    labels, core = cut_objects(barrier, lit, weakest=weakest, core_px=core_px)
    kept = _choose(small, lit, labels, core, visible=visible)[labels]
    own = np.asarray(lit & kept, np.uint8)
    clear = np.asarray(own & (lines < weakest), np.uint8)
    free = np.asarray(clear & (steps < 1), np.uint8)
    skin = np.asarray(core & kept, np.uint8)
    for _ in range(RIM_PX):
        skin = np.asarray(widened(skin, 3) & free, np.uint8)
    # dark lines within it and half of the steep zone along an outline are skin
    closed = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, disc(LINE_WIDTH_PX))
    skin = own & np.asarray(closed, np.uint8)
    skin = _fill_holes(np.asarray(skin | (widened(skin, 3) & clear), np.uint8))
    found = cv2.resize(skin * 255, (width, height), interpolation=cv2.INTER_LINEAR)
    return found > 127


def _shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy of about the search area; by whole factors and by halves: fastest."""
    height, width = picture.shape[:2]
    times = max(1, round(math.sqrt(height * width / SEARCH_AREA_PX)))
    size = max(1, width // times), max(1, height // times)
    copy = picture[: size[1] * times, : size[0] * times]
    while times % 2 == 0:
        half = copy.shape[1] // 2, copy.shape[0] // 2
        copy = np.asarray(cv2.resize(copy, half, interpolation=cv2.INTER_AREA))
        times //= 2
    return np.asarray(cv2.resize(copy, size, interpolation=cv2.INTER_AREA), np.uint8)


def is_visible_light(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture was taken by visible light: then skin and retina are reddish.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB

    Returns
    -------
    bool
        False for grey, and for the purple of a near-infrared colour camera. A round
        grey field is a retina's, though: it counts as visible light.
    """
    if picture.ndim == 2:
        small = _shrunk(picture)
        dark = DARK_SHARE * float(np.percentile(small, 95))
        return _is_round((small > max(dark, DARKEST_LEVEL)).astype(np.uint8))
    step = max(1, round(math.sqrt(picture[..., 0].size / SEARCH_AREA_PX)))
    small = picture[::step, ::step]
    level = np.asarray(small.max(axis=2), np.uint8)
    lit = level > max(DARK_SHARE * float(np.percentile(level, 95)), DARKEST_LEVEL)
    reddish = int(np.count_nonzero(_reddish(small) & lit))
    return reddish > 0 and reddish >= REDDISH_LEAST_SHARE * int(np.count_nonzero(lit))


def _is_round(lit: Plane) -> bool:
    """Whether what is lit is a disc; its top and bottom may be cut off."""
    outlines, _ = cv2.findContours(lit, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return False
    largest = max(outlines, key=cv2.contourArea)
    _, radius = cv2.minEnclosingCircle(largest)
    return cv2.contourArea(largest) > ROUND_SHARE * math.pi * radius**2


def _reddish(small: NDArray[Any]) -> Mask:
    red, green, blue = (small[..., k].astype(np.float32) for k in range(3))
    return np.asarray((red > REDDISH * green) & (red > REDDISH * blue))


def _reddish_part(small: NDArray[Any], lit: Plane) -> Plane | None:
    """What is lit and reddish, or None where that is little: not by visible light."""
    reddish = _reddish(small) & (lit > 0)
    if np.count_nonzero(reddish) < REDDISH_LEAST_SHARE * np.count_nonzero(lit):
        return None
    return reddish.astype(np.uint8)


def _choose(
    small: Plane,
    lit: Plane,
    labels: NDArray[np.int32],
    core: Plane,
    *,
    visible: bool,
) -> Plane:
    """For each object, 1 where it is skin."""
    inner = labels * core
    count = int(labels.max()) + 1
    levels = np.bincount((inner * 256 + small).ravel(), minlength=256 * count)
    levels = levels.reshape(count, 256)
    area = levels.sum(axis=1)
    large = area >= SMALLEST_SHARE * small.size
    large[0] = False
    if not large.any():
        return np.zeros(count, np.uint8)
    height, width = small.shape
    rows, columns = np.ogrid[:height, :width]
    away = ((rows / height - 0.5) ** 2 + (columns / width - 0.5) ** 2) / 0.5
    weight = (1 - away).astype(np.float32) * small * small.astype(np.float32)
    merit = np.bincount(inner.ravel(), weight.ravel(), minlength=count)
    level = _percentile(levels, LIT_PERCENTILE)
    main = int(np.argmax(np.where(large, merit, 0)))
    share = level / level[main]
    if visible:
        return np.asarray(large & (share >= VISIBLE_SHARE), np.uint8)
    kept = large & (share >= BRIGHT_SHARE)
    dark = np.bincount(labels[lit == 0], minlength=count)
    sliver = (area < SLIVER_SHARE * area[main]) & (dark > DARK_SHARE_BESIDE * area)
    dim = large & ~kept & ~sliver & (share >= DIM_SHARE)
    for label in sorted(np.flatnonzero(dim), key=lambda one: -share[one]):
        gain = _gain_away(small, kept[labels], labels == label)
        kept[label] = share[label] >= APART_SHARE if gain is None else gain < BENT
    return np.asarray(kept, np.uint8)


def _percentile(levels: NDArray[np.intp], per_cent: float) -> NDArray[np.intp]:
    """Percentile of each (..., 256) histogram of grey levels."""
    below = np.cumsum(levels, axis=-1)
    return np.asarray(np.argmax(below >= per_cent / 100 * below[..., -1:], axis=-1))


def _gain_away(small: Plane, one: Mask, other: Mask) -> float | None:
    """Brightness that both sides of a border gain away from it; None without one."""
    border = widened(one.view(np.uint8), 3) & widened(other.view(np.uint8), 3)
    away = cv2.distanceTransform(1 - border, cv2.DIST_L2, 3)
    gain = 0.0
    for side in (one, other):
        near, far = (
            small[side & (away >= low) & (away < high)]
            for low, high in (NEAR_PX, FAR_PX)
        )
        if not (near.size and far.size):
            return None
        gain += math.log((far.mean() + 1) / (near.mean() + 1))
    return gain


def _fill_holes(skin: Plane) -> Plane:
    """Fill what is enclosed and small: a dark vein, a mole, an optic disc."""
    contours, order = cv2.findContours(skin, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = [] if order is None else np.asarray(order)[0, :, 3].tolist()
    holes = [
        contour
        for contour, parent in zip(contours, parents, strict=True)
        if parent >= 0 and cv2.contourArea(contour) <= LARGEST_HOLE_SHARE * skin.size
    ]
    filled = skin.copy()
    return np.asarray(cv2.drawContours(filled, holes, -1, 1, cv2.FILLED), np.uint8)
