"""A limb as a band between two long outlines, for a ground as bright as skin."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.regions import disc

__all__ = ["Limb", "find_limb"]

SIDE = 64
"""Rows and columns of a turned view, which covers the picture's diagonal."""
ANGLES, SHIFTS = 6, (-0.12, 0.0, 0.12)
"""Views: every 30 degrees, and the centre line shifted by shares of the short side."""
CLEAR_STEP = 0.2
"""A step of log brightness that is an outline without doubt."""
DARKER_INSIDE = 0.6
NEAR_GAIN = 0.6
"""Outlines near the centre line count more: of a limb and a bed's edge, the limb's."""
STRAIGHT_GAIN = 0.15
WINDOW = 2
ANYSIGN = False
OPEN_PX = 9
NMS=5
VEIN_PX = 3
SEED_PX = 12
"""The band is moved to the nearest edge within that."""

Paths = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """A band between two outlines.

    Parameters
    ----------
    mask : (h, w) bool
    weaker : float
        Mean strength of the weaker outline along the picture: 1 is without doubt.
    """

    mask: Mask
    weaker: float


def find_limb(level: Image) -> Limb:
    """Find the band that two outlines bound best.

    Parameters
    ----------
    level : (h, w) float32
        Log brightness.
    """
    smooth = cv2.morphologyEx(level, cv2.MORPH_CLOSE, disc(VEIN_PX))
    smooth = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_OPEN, disc(OPEN_PX)), np.float32)
    turns = _turns(smooth.shape[0], smooth.shape[1])
    steps, seen = zip(*(_steps(smooth, turn) for turn in turns), strict=True)
    response = _responses(np.stack(steps))
    seen_ = np.stack(seen)[:, SIDE // 2].astype(np.float32)
    score, back = _follow(response * seen_[:, None, None, None], seen_)
    count = np.maximum(seen_.sum(axis=1), 1)
    best = score.max(axis=(2, 3)) / count[:, None]
    weaker, stronger = best.min(axis=1), best.max(axis=1)
    view = int((weaker + 0.3 * stronger).argmax())
    rows = []
    for half in (0, 1):
        sign, row = np.unravel_index(score[view, half].argmax(), score.shape[2:])
        rows.append(_backtrack(back[view, half, sign], int(row)))
    upper, lower = SIDE // 2 - 1 - rows[0], SIDE // 2 + rows[1]
    at = np.arange(SIDE)[:, None]
    band = ((at >= upper) & (at <= lower)).astype(np.uint8)
    size = level.shape[1], level.shape[0]
    mask = cv2.warpAffine(
        band, turns[view], size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    return Limb(_to_edge(smooth, mask > 0), float(weaker[view]))


def _turns(height: int, width: int) -> list[NDArray[np.float64]]:
    """Affine maps from a view's pixels to the picture's; (2, 3) each, xy."""
    scale = math.hypot(height, width) / SIDE
    turns = []
    for angle in np.arange(ANGLES) * math.pi / ANGLES:
        along = np.array([math.cos(angle), math.sin(angle)]) * scale
        across = np.array([-along[1], along[0]])
        for shift in SHIFTS:
            centre = np.array([width, height]) / 2 + across / scale * shift * min(
                height, width
            )
            middle = (SIDE - 1) / 2
            corner = centre - 0.5 - middle * (along + across)
            turns.append(np.column_stack([along, across, corner]))
    # warpAffine wants the map from the target to the source for INTER_INVERSE; the map
    # back from a view is its inverse, which it forms itself
    return turns


def _steps(smooth: Image, turn: NDArray[np.float64]) -> tuple[Image, Mask]:
    """Step over rows of a view, downwards; and which of its pixels are in the picture."""
    size = SIDE, SIDE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    view = cv2.warpAffine(smooth, turn, size, flags=flags, borderValue=-1e4)
    w = WINDOW
    padded = np.pad(view, ((w, w), (0, 0)), constant_values=-1e4)
    inside = padded > -1
    cs = np.concatenate([np.zeros((1, SIDE)), np.cumsum(np.where(inside, padded, 0), 0)])
    ci = np.concatenate([np.zeros((1, SIDE)), np.cumsum(inside, 0)])
    n = SIDE + 1
    a = cs[w:w+n] - cs[:n]; b = cs[2*w:2*w+n] - cs[w:w+n]
    na = ci[w:w+n] - ci[:n]; nb = ci[2*w:2*w+n] - ci[w:w+n]
    ok = (na >= 2) & (nb >= 2)
    step = np.where(ok, b / np.maximum(nb, 1) - a / np.maximum(na, 1), 0)
    return np.asarray(step, np.float32), np.asarray(view > -1)


def _responses(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Strength as an outline of each place of each half of each view.

    (V, half, sign, rows from the centre line, columns).
    """
    half = SIDE // 2
    # step k lies between rows k - 1 and k; rows from the centre line outwards
    upper = steps[:, half - 1 : 0 : -1]
    lower = -steps[:, half + 1 : SIDE]
    rows = min(upper.shape[1], lower.shape[1])
    inward = np.stack([upper[:, :rows], lower[:, :rows]], axis=1)
    both = np.stack([inward, -inward], axis=2)
    strength = np.tanh(both / CLEAR_STEP)
    flat = strength.reshape(-1, rows, SIDE)
    peak = np.stack([cv2.dilate(one, np.ones((NMS, 1), np.uint8)) for one in flat])
    flat = np.where(flat < peak, 0.5 * flat, flat)
    near = 1 - np.arange(rows, dtype=np.float32)[:, None] / rows
    flat = np.where(flat > 0, flat * (1 + NEAR_GAIN * near), flat)
    strength = flat.reshape(strength.shape)
    strength[:, :, 1] *= DARKER_INSIDE
    if ANYSIGN:
        strength = np.maximum(strength[:, :, :1], strength[:, :, 1:])
    return np.asarray(strength, np.float32)


def _follow(response: NDArray[np.float32], seen) -> tuple[Paths, NDArray[np.int8]]:
    """Best path from left to right, at most one row a column, to each last row."""
    total = response[..., 0].copy()
    back = np.zeros(response.shape, np.int8)
    low = np.full((*total.shape[:-1], 1), -1e6, np.float32)
    for column in range(1, response.shape[-1]):
        padded = np.concatenate([low, total, low], axis=-1)
        ways = np.stack([padded[..., :-2], total + STRAIGHT_GAIN * seen[:, column, None, None, None], padded[..., 2:]])
        choice = ways.argmax(axis=0)
        back[..., column] = choice - 1
        total = ways.max(axis=0) + response[..., column]
    return total, back


def _backtrack(back: NDArray[np.int8], row: int) -> NDArray[np.intp]:
    """Rows of the path that ends in `row`, one a column; back: (rows, columns)."""
    rows = np.zeros(back.shape[1], np.intp)
    rows[-1] = row
    for column in range(back.shape[1] - 1, 0, -1):
        row = row + int(back[row, column])
        rows[column - 1] = row
    return rows


def _to_edge(smooth: Image, band: Mask) -> Mask:
    """Move a band's outline to the nearest edge, by watershed."""
    seeds = np.zeros(band.shape, np.int32)
    for label, part in ((1, band), (2, ~band)):
        away = cv2.distanceTransform(part.view(np.uint8), cv2.DIST_L2, 3)
        seeds[away > SEED_PX] = label
    if not ((seeds == 1).any() and (seeds == 2).any()):
        return band
    low, high = float(smooth.min()), float(smooth.max())
    grey = ((smooth - low) * (255 / max(high - low, 1e-3))).astype(np.uint8)
    cv2.watershed(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), seeds)
    return np.asarray(cv2.dilate((seeds == 1).astype(np.uint8), disc(3)) > 0)
