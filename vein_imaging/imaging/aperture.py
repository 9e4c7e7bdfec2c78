"""The round aperture of a fundus camera: what tells a retina from skin.

A fundus camera pictures the retina through a hard circular stop. What it leaves is a
disc whose edge lies on one circle, within a hundredth of its radius, and outside of it
nothing but darkness. A limb has no such outline, and a lamp's or a transilluminator's
round spot on skin has no such edge: it fades.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Aperture", "find_aperture"]

SEARCH_SIDE_PX = 256
"""A pixel is then 1 % of a disc's radius: as exact as the edge need be known."""
DARK_SHARE = 0.15
"""Of the median brightness of the disc: what is darker lies outside. A retina's darkest
rim is above, the stop's own stray light below."""
LEAST_SHARE = 0.3
"""Of the picture's area: a disc that is smaller is an object in it, not its field."""
ROUND_SHARE = 0.015
"""Of the radius: so far the edge may lie from one circle; a pixel of the small copy is
.008 of it."""
SEEN_SHARE = 0.6
"""Of the circle that must be seen; top and bottom may be cut off by the picture."""
EDGE_PX = 3
"""Within so much of the small copy a stop's edge falls from bright to dark."""


@dataclass(frozen=True, slots=True)
class Aperture:
    """A disc-shaped field with a hard edge.

    Parameters
    ----------
    centre_xy : (float, float) px
    diameter_px : px
    """

    centre_xy: tuple[float, float]
    diameter_px: float


def find_aperture(picture: NDArray[np.uint8]) -> Aperture | None:
    """Find the disc that a fundus camera's stop leaves of a picture.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8

    Returns
    -------
    Aperture or None
        None where the picture has none: skin, by any light.
    """
    level = _small_level(picture)
    scale = picture.shape[1] / level.shape[1]
    bright = float(np.percentile(level, 75))
    lit = (level > DARK_SHARE * bright).astype(np.uint8)
    if not LEAST_SHARE <= lit.mean() < 0.98:
        return None
    outlines, _ = cv2.findContours(lit, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    edge = max(outlines, key=cv2.contourArea)[:, 0, :].astype(np.float64)
    within = ((edge > 0) & (edge < np.array(level.shape[::-1]) - 1)).all(axis=1)
    if np.count_nonzero(within) < 50:
        return None
    circle = _circle_through(edge[within])
    if circle is None or not _is_stop(level, lit, edge[within], circle):
        return None
    x, y, radius = circle
    return Aperture(
        ((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5), 2 * radius * scale
    )


def _small_level(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The brightest channel of a small copy."""
    shrink = min(1.0, SEARCH_SIDE_PX / max(picture.shape[:2]))
    size = (
        max(1, round(picture.shape[1] * shrink)),
        max(1, round(picture.shape[0] * shrink)),
    )
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    level = small if small.ndim == 2 else small.max(axis=2)
    return np.asarray(cv2.medianBlur(np.ascontiguousarray(level), 3), np.uint8)


def _circle_through(points: NDArray[Any]) -> tuple[float, float, float] | None:
    """Circle of least squares (Kasa's linear form), fitted twice: outliers leave."""
    kept = points
    for _ in range(2):
        design = np.column_stack([2 * kept, np.ones(len(kept))])
        (x, y, rest), *_ = np.linalg.lstsq(design, (kept**2).sum(axis=1), rcond=None)
        square = float(rest + x * x + y * y)
        if square <= 0:
            return None
        radius = math.sqrt(square)
        off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
        kept = points[off <= max(1.0, 2 * float(np.median(off)))]
        if len(kept) < 50:
            return None
    return float(x), float(y), radius


def _is_stop(
    level: NDArray[np.uint8],
    lit: NDArray[np.uint8],
    edge: NDArray[Any],
    circle: tuple[float, float, float],
) -> bool:
    """Whether a circle is the edge of a stop: round, hard, dark outside, lit inside."""
    x, y, radius = circle
    off = np.hypot(edge[:, 0] - x, edge[:, 1] - y) - radius
    on_it = np.abs(off) <= max(1.0, ROUND_SHARE * radius)
    turn = np.arctan2(edge[on_it, 1] - y, edge[on_it, 0] - x)
    seen = len(np.unique((turn * 90 / math.pi).astype(int))) / 180
    if seen < SEEN_SHARE or on_it.mean() < 0.9:
        return False
    rows, columns = np.ogrid[: level.shape[0], : level.shape[1]]
    away = np.hypot(columns - x, rows - y) - radius
    inside, outside = away < -EDGE_PX, away > EDGE_PX
    if not outside.any() or lit[outside].mean() > 0.02 or lit[inside].mean() < 0.97:
        return False
    rim = level[(away < -EDGE_PX) & (away > -2 * EDGE_PX)]
    # a spot of light has faded to nothing where it ends; a stop cuts it off
    return float(np.median(rim)) > 2 * DARK_SHARE * float(np.median(level[inside]))
