"""Dark lines that are no veins: moles, and creases of the skin."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.judging.change import SeenAs
from vein_imaging.comparison.judging.pieces import CentrelinePiece, measure
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["marks_among"]

Values = NDArray[np.float64]

_MOLE_MM = (0.5, 0.9, 1.5)  # sigmas of round dark spots: 2 to 5 mm wide
_ROUND = 0.5
"""Smaller over larger curvature: 1 on a round spot, 0 on a straight vein. A fork
reaches .4."""
_MOLE_SHARE, _BROWN_MOLE_SHARE = 0.6, 0.2
"""Of a piece's points: a fork covers less; what is brown as well needs less to be a
mole."""
_GREY_TINT, _BLUE_TINT = 0.06, 0.15
"""Red minus blue over the sum of the three contrasts. A shadow is as deep in every
channel. Where the picture's own veins are nearer to grey than .15, nothing is told."""
_BROWN_TINT = 0.12
"""Blue minus green over the sum: .2 of melanin, below 0 of blood; on yellowish skin a
camera shows violet veins at .03 to .11. With .05 a tenth of the vein of two real
pictures, violet by eye, was taken for old stain."""
_RED_TO_GREEN = 0.78
"""Brown takes less of red than of green: .69 of melanin, .76 to .89 of violet veins."""
_BROWN_MOST = 0.3
"""Where more of the length is brown, that is the white balance, not stain."""
_CLEAR = 1.5
"""Noise floors: below that a colour is noise. The floor is of skin texture, which has
no colour, so this is less than a contrast needs."""
_SPOT_PX = 5.0
"""Sigma of the smallest mole: where it has twice as many px, half of them do."""
_FOLD_MM = 0.45
"""Sigma of a fold of the skin, at most. A wider grey line may be a vein under make-up,
or a white balance gone wrong."""


def marks_among(
    lines: tuple[CentrelinePiece, ...],
    planes: tuple[Image, ...],
    usable: Mask,
    *,
    sigma_px: Values,
    noise: float,
    px_per_mm: float,
) -> list[SeenAs]:
    """Say which lines are moles or creases; "vein" for the rest.

    Parameters
    ----------
    lines : tuple of CentrelinePiece
        Of BEFORE, all widths known.
    planes : one plane or three
        BEFORE, from `log_planes`. A crease is told from a vein by its colour alone, and
        so never in a grey picture.
    usable : (H, W) bool
    sigma_px : (N,) px
        Width of each line's dip.
    noise : ln intensity
        From `noise_floor`.
    px_per_mm : px/mm

    Returns
    -------
    list of SeenAs
    """
    if not lines:
        return []
    round_here = _round(planes[len(planes) // 2], px_per_mm)
    fold = np.asarray(sigma_px < _FOLD_MM * px_per_mm)
    brown, creased = _by_colour(lines, planes, usable, fold, noise)
    found: list[SeenAs] = []
    for at, line in enumerate(lines):
        rows, columns = np.rint(line.points_rc).astype(int).T
        rows = rows.clip(0, round_here.shape[0] - 1)
        columns = columns.clip(0, round_here.shape[1] - 1)
        spot = round_here[rows, columns].mean()
        if spot > (_BROWN_MOLE_SHARE if brown[at] else _MOLE_SHARE):
            found.append("mole")
        elif brown[at]:
            found.append("old stain")
        else:
            found.append("crease" if creased[at] else "vein")
    return found


def _round(log: Image, px_per_mm: float) -> Mask:
    """Where the darkest scale is a round spot."""
    shrunk = max(1, int(min(_MOLE_MM) * px_per_mm / _SPOT_PX))
    if shrunk > 1:
        size = max(1, log.shape[1] // shrunk), max(1, log.shape[0] // shrunk)
        small_log = cv2.resize(log, size, interpolation=cv2.INTER_AREA)
        spots = _round(np.asarray(small_log, np.float32), px_per_mm / shrunk)
        grown = cv2.resize(
            spots.astype(np.uint8), log.shape[::-1], interpolation=cv2.INTER_NEAREST
        )
        return np.asarray(grown > 0)
    best = np.zeros(log.shape, np.float32)
    spot = np.zeros(log.shape, np.bool_)
    for sigma in (size * px_per_mm for size in _MOLE_MM):
        smooth = cv2.GaussianBlur(log, (0, 0), sigma)
        xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
        yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
        xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
        root = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        large = sigma**2 * ((xx + yy) / 2 + root)
        small = sigma**2 * ((xx + yy) / 2 - root)
        stronger = large > best
        best = np.where(stronger, large, best)
        spot = np.where(stronger, small > _ROUND * large, spot)
    return np.asarray(spot & (best > 0), np.bool_)


def _by_colour(
    lines: tuple[CentrelinePiece, ...],
    planes: tuple[Image, ...],
    usable: Mask,
    fold: Mask,
    noise: float,
) -> tuple[Mask, Mask]:
    """Which lines are brown, and which are thin (`fold`) and grey."""
    nothing = np.zeros(len(lines), np.bool_)
    if len(planes) != 3:
        return nothing, nothing
    red, green, blue = (
        measure(plane, usable, lines, search_px=1).contrast for plane in planes
    )
    clear = np.asarray((green > _CLEAR * noise) & (np.minimum(red, blue) > 0))
    if not clear.any():
        return nothing, nothing
    total = np.maximum(red + green + blue, 1e-9)
    length = np.array([line.length_px for line in lines])

    def usual(values: Values) -> float:
        return _weighted_median(values[clear], length[clear])

    tint, brownness = (red - blue) / total, (blue - green) / total
    brown = clear & (brownness > _BROWN_TINT) & (red < _RED_TO_GREEN * green)
    if length[brown].sum() > _BROWN_MOST * length[clear].sum():
        brown = nothing
    grey = clear & fold & (np.abs(tint) < _GREY_TINT)
    if abs(usual(tint)) < _BLUE_TINT:
        grey = nothing
    return brown, grey


def _weighted_median(values: Values, weights: Values) -> float:
    known = np.isfinite(values)
    if not known.any():
        return float("nan")
    order = np.argsort(values[known])
    sums = np.cumsum(weights[known][order])
    return float(values[known][order][int(np.searchsorted(sums, sums[-1] / 2))])
