"""The limbs of a picture, cut apart along the gap or the crease between them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["LimbSide", "sides_of"]

_LONG_SIDE_PX = 240  # a crease between two legs is a few px wide there
_GAP, _SKIN, _OUTSIDE = 0.02, 1.0, 6.0
"""What a px of a cut costs: nothing to speak of where no skin is, and more beside the
limbs than through them."""
_CREASE = 0.8  # of what skin costs, less where a dark line or the edge of a shadow runs
_LINE_PX = (1.0, 4.0)  # sigmas: what is darker than around it is a line
_RIM_SHARE = 0.08  # of the skin across: a cut nearer to its rim cuts no limb off
_STEPS = 2  # px sideways from row to row: legs may spread
_LEAST_SHARE = 0.12  # of the skin: less is a hand, a toe or the rim of a field
_MOST = 3  # limbs of one picture
_CLEAR_CUT = 0.4
"""Of what a cut through plain skin costs: two legs that touch along half their length
cost .2 to .3, one leg .4 to .9."""


@dataclass(frozen=True, slots=True, eq=False)
class LimbSide:
    """One side of a cut along a field.

    Parameters
    ----------
    skin : (H, W) bool
    cost : float
        Of the cut, 0 along a gap, 1 through skin that shows no line.
    """

    skin: Mask
    cost: float


def sides_of(skin: Mask, picture: NDArray[np.uint8]) -> tuple[LimbSide, ...]:
    """Cut a field along where its limbs meet, whether or not there is a gap.

    Parameters
    ----------
    skin : (H, W) bool
    picture : (H, W, 3) uint8 RGB

    Returns
    -------
    tuple of LimbSide
        The largest first; empty where there is no clear cut.
    """
    scale = min(1.0, _LONG_SIDE_PX / max(skin.shape))
    width, height = (max(1, round(side * scale)) for side in skin.shape[::-1])
    small, tone = (
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
        for plane in (skin.astype(np.float32), picture[..., 1].astype(np.float32))
    )
    parts = [(np.asarray(small > 0.5), 0.0)]
    whole = np.count_nonzero(parts[0][0])
    if whole < _LONG_SIDE_PX:
        return ()
    while len(parts) < _MOST:
        (largest, before), *rest = parts
        one, other, cost = _cut(largest, np.asarray(tone, np.float32))
        least = min(np.count_nonzero(one), np.count_nonzero(other))
        if least < _LEAST_SHARE * whole or cost > _CLEAR_CUT:
            break
        cost = max(cost, before)
        parts = [(one, cost), (other, cost), *rest]
        parts.sort(key=lambda part: -int(np.count_nonzero(part[0])))
    if len(parts) == 1:
        return ()
    return tuple(LimbSide(_enlarged(part, skin), cost) for part, cost in parts)


def _enlarged(mask: Mask, skin: Mask) -> Mask:
    size = skin.shape[::-1]
    large = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray((large > 0) & skin)


def _cut(skin: Mask, tone: Image) -> tuple[Mask, Mask, float]:
    # the cheaper of a cut from top to bottom and one from left to right
    line = _lines(skin, tone)
    left, cost = _left_of_cut(skin, line)
    above, other_cost = _left_of_cut(skin.T, line.T)
    if other_cost < cost:
        left, cost = above.T, other_cost
    return np.asarray(skin & left), np.asarray(skin & ~left), cost


def _lines(skin: Mask, tone: Image) -> Image:
    # 0 to 1: dark lines and edges of shadows inside the skin
    log = np.log(tone + 12) * skin
    weight = skin.astype(np.float32)
    fine, broad = (
        cv2.GaussianBlur(log, (0, 0), sigma)
        / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
        for sigma in _LINE_PX
    )
    dark = np.maximum(broad - fine, 0)
    across, down = (cv2.Sobel(fine, cv2.CV_32F, *way) / 4 for way in ((1, 0), (0, 1)))
    found = np.maximum(dark, np.hypot(across, down))
    usual = float(np.percentile(found[skin], 97)) if skin.any() else 1.0
    return np.asarray(np.clip(found / max(usual, 1e-3), 0, 1), np.float32)


def _left_of_cut(skin: Mask, line: Image) -> tuple[Mask, float]:
    """Left of the cheapest cut from top to bottom, and its cost a row of skin."""
    price = np.where(skin, _SKIN - _CREASE * line, _GAP)
    columns = np.arange(skin.shape[1])
    any_skin = np.asarray(skin.any(axis=1))
    filled = np.flatnonzero(any_skin)
    first = skin.argmax(axis=1)[:, None]
    last = (skin.shape[1] - 1 - skin[:, ::-1].argmax(axis=1))[:, None]
    rim = _RIM_SHARE * (last - first)
    beside = (columns < first + rim) | (columns > last - rim)
    price = np.where(beside & any_skin[:, None], _OUTSIDE, price)
    total = price[filled[0]].copy()
    came = np.zeros(skin.shape, np.int64)
    for row in range(filled[0] + 1, filled[-1] + 1):
        padded = np.pad(total, _STEPS, constant_values=np.inf)
        ways = np.stack(
            [padded[k : k + total.size] + 0.05 * abs(k - _STEPS) for k in range(5)]
        )
        came[row] = ways.argmin(axis=0) - _STEPS
        total = ways.min(axis=0) + price[row]
    at = int(total.argmin())
    cost = float(total[at]) / len(filled)
    left = np.zeros(skin.shape, np.bool_)
    for row in range(filled[-1], filled[0] - 1, -1):
        left[row] = columns < at
        at += int(came[row, at])
    return left, cost
