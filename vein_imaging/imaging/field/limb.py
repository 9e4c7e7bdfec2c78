"""A limb as a band between two long outlines, for a ground as bright as skin."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import watershed

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.field.paths import best_paths, trace_back
from vein_imaging.imaging.field.regions import disc

__all__ = ["LimbBand", "find_limb"]

SIDE = 64
"""Rows and columns of a turned view, which covers the picture's diagonal. The limb lies
along its rows, one outline in each half."""
HALF = SIDE // 2
ANGLES, SHIFTS = 6, (-0.12, 0.0, 0.12)
"""Views: every 30 degrees, and the centre line shifted by shares of the short side."""
GAP_PX, SPECK_PX = 3, 9
"""Dark lines and bright specks up to that width are closed and opened first."""
VEIN_PX = 9
"""With lines up to that width closed an outline is still one, a vein is not."""
STEP_ROWS, PEAK_ROWS = 2, 5
CLEAR_STEP = 0.2
"""A step of log brightness that is an outline without much doubt."""
OFF_PEAK = 0.5
"""Of a step that is not the steepest within `PEAK_ROWS`: a path keeps to the crest."""
DARKER_INSIDE = 0.6
"""Most limbs are brighter than what they lie on: they are nearer to the light."""
NEAR_GAIN = 0.6
"""Of a limb's outline and the bed's edge behind it the one near the middle counts."""
STRONGER_SHARE = 0.3
"""Views are compared by their weaker outline and this share of the stronger one: a limb
has two, and one alone must not win."""
SEED_PX = 12
"""The band is moved to the nearest edge within that."""
CALM_PX = 0.5
"""Blur in which that edge is the crest of a gradient; by the steps from pixel to pixel
half a grey level of noise moved it by a fifth of the limb."""
SMOOTH_PX = 25
"""A limb's outline is smooth: narrower notches, where veins reach it, are closed."""
OUTSIDE = -1e4
"""Mark of what is not in the picture: far under any logarithm of a brightness."""

Views = NDArray[np.float32]
Turn = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LimbBand:
    """A band between two outlines.

    Parameters
    ----------
    mask : (h, w) bool
    weaker : float
        Mean strength of the weaker outline along the picture. Limbs reach 1 and more,
        lines within skin .8.
    """

    mask: Mask
    weaker: float


def find_limb(level: Image) -> LimbBand:
    """Find the band that two outlines bound best.

    Parameters
    ----------
    level : (h, w) float32
        Log brightness.

    Returns
    -------
    LimbBand
    """
    turns = _turns(level.shape[0], level.shape[1])
    smooth = _smoothed(level, GAP_PX)
    band, weaker = _best_band(smooth, turns)
    if weaker > 0:
        _, veinless = _best_band(_smoothed(level, VEIN_PX), turns)
        weaker = min(weaker, veinless)
    return LimbBand(_to_edge(smooth, band), weaker)


def _smoothed(level: Image, gap_px: int) -> Image:
    closed = cv2.morphologyEx(level, cv2.MORPH_CLOSE, disc(gap_px))
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, disc(SPECK_PX)))


def _best_band(smooth: Image, turns: list[Turn]) -> tuple[Mask, float]:
    """The band that two outlines bound best, and the strength of the weaker one."""
    size, flags = (SIDE, SIDE), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    turned = (
        cv2.warpAffine(smooth, turn, size, flags=flags, borderValue=OUTSIDE)
        for turn in turns
    )
    views = np.stack([np.asarray(view, np.float32) for view in turned])
    seen = (views[:, HALF] > -1).astype(np.float32)
    score, back = best_paths(_strength(_steps(views)), seen)
    best = score.max(axis=(2, 3)) / np.maximum(seen.sum(axis=1), 1)[:, None]
    weaker, stronger = best.min(axis=1), best.max(axis=1)
    view = int((weaker + STRONGER_SHARE * stronger).argmax())
    rows = []
    for half in range(2):
        sign, row = np.unravel_index(score[view, half].argmax(), score.shape[2:])
        rows.append(trace_back(back[view, half, sign], int(row)))
    at = np.arange(SIDE)[:, None]
    band = (at >= HALF - 1 - rows[0]) & (at <= HALF + rows[1])
    mask = cv2.warpAffine(
        band.view(np.uint8),
        turns[view],
        smooth.shape[::-1],
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return mask > 0, float(weaker[view])


def _turns(height: int, width: int) -> list[Turn]:
    """Affine maps from a view's pixels to the picture's; (2, 3) each, xy."""
    scale = math.hypot(height, width) / SIDE
    middle = (SIDE - 1) / 2
    turns = []
    for angle in np.arange(ANGLES) * math.pi / ANGLES:
        along = np.array([math.cos(angle), math.sin(angle)])
        across = np.array([-along[1], along[0]])
        for shift in SHIFTS:
            centre = np.array([width - 1, height - 1]) / 2
            centre = centre + across * shift * min(height, width)
            corner = centre - middle * scale * (along + across)
            turns.append(np.column_stack([along * scale, across * scale, corner]))
    return turns


def _steps(views: Views) -> Views:
    """Step downwards between every two rows; 0 where that is not all in the picture.

    (V, SIDE + 1, SIDE): step k lies between rows k - 1 and k.
    """
    rows = ((0, 0), (STEP_ROWS, STEP_ROWS), (0, 0))
    padded = np.pad(views, rows, constant_values=OUTSIDE)
    inside = padded > -1
    totals = np.pad(np.cumsum(padded * inside, axis=1), ((0, 0), (1, 0), (0, 0)))
    counts = np.pad(np.cumsum(inside, axis=1), ((0, 0), (1, 0), (0, 0)))
    total, count = (
        part[:, STEP_ROWS:] - part[:, :-STEP_ROWS] for part in (totals, counts)
    )
    mean = np.where(count == STEP_ROWS, total / STEP_ROWS, np.nan)
    step = mean[:, STEP_ROWS:] - mean[:, :-STEP_ROWS]
    return np.asarray(np.nan_to_num(step), np.float32)


def _strength(steps: Views) -> Views:
    """How much of an outline each place is, by half, sign and rows from the middle.

    (V, half, sign, HALF - 1, SIDE); sign 0 is brighter towards the middle, 1 darker.
    """
    upper, lower = steps[:, HALF - 1 : 0 : -1], -steps[:, HALF + 1 : SIDE]
    inward = np.tanh(np.stack([upper, lower], axis=1) / CLEAR_STEP)
    strength = np.stack([inward, -inward], axis=2)
    far = PEAK_ROWS // 2
    padded = np.pad(strength, ((0, 0),) * 3 + ((far, far), (0, 0)), mode="edge")
    count = strength.shape[3]
    peak = strength
    for shift in range(PEAK_ROWS):
        peak = np.maximum(peak, padded[:, :, :, shift : shift + count])
    strength = np.where(strength < peak, OFF_PEAK * strength, strength)
    near = 1 - np.arange(count, dtype=np.float32)[:, None] / count
    strength = np.where(strength > 0, strength * (1 + NEAR_GAIN * near), strength)
    strength[:, :, 1] *= DARKER_INSIDE
    return np.asarray(strength, np.float32)


def _to_edge(smooth: Image, band: Mask) -> Mask:
    """Move a band's outline to the nearest edge: the crest of the gradient."""
    seeds = np.zeros(band.shape, np.int32)
    for label, part in ((1, band), (2, ~band)):
        away = cv2.distanceTransform(part.view(np.uint8), cv2.DIST_L2, 3)
        seeds[away > SEED_PX] = label
    if not ((seeds == 1).any() and (seeds == 2).any()):
        return band
    calm = cv2.GaussianBlur(smooth, (0, 0), CALM_PX)
    across, down = (cv2.Sobel(calm, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    steep = cv2.magnitude(across, down)
    seeds = watershed(steep, seeds)  # type: ignore[no-untyped-call]
    limb = cv2.dilate((seeds == 1).view(np.uint8), disc(3))
    limb = np.pad(limb, SMOOTH_PX, mode="edge")
    limb = cv2.morphologyEx(limb, cv2.MORPH_CLOSE, disc(SMOOTH_PX))
    return np.asarray(limb[SMOOTH_PX:-SMOOTH_PX, SMOOTH_PX:-SMOOTH_PX] > 0)
