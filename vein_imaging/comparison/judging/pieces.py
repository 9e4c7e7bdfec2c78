"""Centre lines cut into short pieces, and the contrast of each against its flanks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from vein_imaging.comparison.aligning.transform import Points
from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.vein_map import Branch

__all__ = [
    "CentrelinePiece",
    "Seen",
    "cut_lines",
    "measure",
    "profiles",
    "shifted",
]

_SMOOTH_PX = 2.0  # a centre line that steps from pixel to pixel is 8 % too long
_SEEN = 0.7  # of a piece's samples must be skin
_ROWS = 20_000  # OpenCV samples no more than 32 766 rows at once


@dataclass(frozen=True, slots=True, eq=False)
class CentrelinePiece:
    """A short piece of a centre line.

    Parameters
    ----------
    points_rc : (N, 2) float64 px, about 1 px apart
    normals_rc : (N, 2) float64
        Unit vectors across the vein.
    branch : int
        Which branch it was cut from.
    vein_class : str
        CEAP class of that branch.
    diameter_px : px
        Median width over the piece, of the branch where the piece has none; nan where
        neither is known.
    """

    points_rc: Points
    normals_rc: Points
    branch: int
    vein_class: str
    diameter_px: float

    @property
    def length_px(self) -> float:
        """Sum of the steps from point to point, and half a step at each end."""
        steps = np.hypot(*np.diff(self.points_rc, axis=0).T)
        return float(steps.sum() * len(self.points_rc) / max(len(steps), 1))


def cut_lines(
    branches: Iterable[Branch], piece_px: float
) -> tuple[CentrelinePiece, ...]:
    """Cut branches into pieces of equal length, none longer than `piece_px`.

    Parameters
    ----------
    branches : of Branch
    piece_px : px, > 0

    Returns
    -------
    tuple of CentrelinePiece
        Branches shorter than a third of a piece are left out.
    """
    lines: list[CentrelinePiece] = []
    for number, branch in enumerate(branches):
        points = _even(np.asarray(branch.points_rc, dtype=np.float64))
        if len(points) < max(4, piece_px / 3):
            continue
        tangent = np.gradient(points, axis=0)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
        normals = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        parts = max(1, int(np.ceil(len(points) / piece_px)))
        widths = np.asarray(branch.diameter_px, dtype=np.float64)
        for chosen in np.array_split(np.arange(len(points)), parts):
            share = chosen * len(widths) // len(points)
            lines.append(
                CentrelinePiece(
                    points[chosen],
                    normals[chosen],
                    number,
                    branch.vein_class,
                    _median(widths[share], _median(widths, np.nan)),
                )
            )
    return tuple(lines)


def shifted(line: CentrelinePiece, offset_px: float) -> CentrelinePiece:
    """Move a line sideways: a place beside the vein, measured the same way.

    Parameters
    ----------
    line : CentrelinePiece
    offset_px : px

    Returns
    -------
    CentrelinePiece
    """
    return CentrelinePiece(
        line.points_rc + offset_px * line.normals_rc,
        line.normals_rc,
        line.branch,
        line.vein_class,
        line.diameter_px,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one picture shows of each piece; nan where less than 70 % was usable.

    Parameters
    ----------
    contrast : (N,) float64
        Flanks minus centre, of the natural logarithm of intensity.
    sigma_px : (N,) float64
        Width of the dip: its area over its depth over root 2 pi, which is sigma where
        it is Gaussian; nan where there is no dip.
    """

    contrast: NDArray[np.float64]
    sigma_px: NDArray[np.float64]


def measure(
    log: Image, usable: Mask, lines: tuple[CentrelinePiece, ...], *, search_px: int
) -> Seen:
    """Measure how much darker each piece is than its two flanks.

    The cross profile is averaged along the piece; contrast is the mean of both flanks
    minus the centre, at the sideways shift up to `search_px` where it is largest: an
    alignment that is slightly off costs nothing, and what noise adds, it adds to
    cleared and uncleared veins alike, on the side of "not cleared".

    Parameters
    ----------
    log : (H, W) float32
        `Surface.log`.
    usable : (H, W) bool
    lines : tuple of CentrelinePiece
        All widths known.
    search_px : px, >= 0

    Returns
    -------
    Seen
    """
    contrast, sigma = np.full(len(lines), np.nan), np.full(len(lines), np.nan)
    if not lines:
        return Seen(contrast, sigma)
    kernels = [_kernel(line.diameter_px) for line in lines]
    reach = search_px + max(len(kernel) // 2 for kernel in kernels)
    profile, seen = profiles(log, usable, lines, reach)
    for index, kernel in enumerate(kernels):
        half = len(kernel) // 2
        window = slice(reach - search_px - half, reach + search_px + half + 1)
        if seen[index, window].min() < _SEEN:
            continue
        dips = np.correlate(profile[index, window], kernel, mode="valid")
        contrast[index] = dips.max()
        middle = reach - search_px + int(dips.argmax())
        sigma[index] = _sigma(profile[index, middle - half : middle + half + 1], kernel)
    return Seen(contrast, sigma)


def _sigma(profile: NDArray[np.float64], kernel: NDArray[np.float64]) -> float:
    flank = float(profile[kernel > 0].mean())
    dip = flank - profile[kernel <= 0]
    depth = float(dip.max())
    return float(dip.sum()) / depth / np.sqrt(2 * np.pi) if depth > 0 else np.nan


def _kernel(diameter_px: float) -> NDArray[np.float64]:
    # minus the mean over the middle, plus the mean over both flanks
    centre = max(1, round(0.25 * diameter_px))
    inner = int(np.ceil(0.75 * diameter_px)) + 1
    outer = inner + max(2, round(0.5 * diameter_px))
    offset = np.abs(np.arange(-outer, outer + 1))
    middle = (offset <= centre - 1 + (centre == 1)).astype(float)
    flanks = (offset >= inner).astype(float)
    return np.asarray(flanks / flanks.sum() - middle / middle.sum(), dtype=np.float64)


def profiles(
    log: Image, usable: Mask, lines: tuple[CentrelinePiece, ...], reach: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average a picture along each piece, at every distance from its centre line.

    Parameters
    ----------
    log : (H, W) float32
    usable : (H, W) bool
    lines : tuple of CentrelinePiece
    reach : px
        How far to each side.

    Returns
    -------
    mean, share : (pieces, 2 reach + 1) float64
        Over the usable samples, and how many of all these are.
    """
    points = np.concatenate([line.points_rc for line in lines])
    normals = np.concatenate([line.normals_rc for line in lines])
    counts = np.array([len(line.points_rc) for line in lines])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    offsets = np.arange(-reach, reach + 1, dtype=np.float64)
    weight = usable.astype(np.float32)
    values: list[NDArray[Any]] = []
    weights: list[NDArray[Any]] = []
    for first in range(0, len(points), _ROWS):
        rows = slice(first, first + _ROWS)
        at = points[rows, None, :] + offsets[None, :, None] * normals[rows, None, :]
        y, x = (at[..., axis].astype(np.float32) for axis in (0, 1))
        for plane, out in ((log * weight, values), (weight, weights)):
            out.append(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderValue=0))
    total = np.add.reduceat(np.concatenate(weights).astype(np.float64), starts)
    summed = np.add.reduceat(np.concatenate(values).astype(np.float64), starts)
    return summed / np.maximum(total, 1e-6), total / counts[:, None]


def _even(points: Points) -> Points:
    # smoothed, then resampled every pixel of arc length
    if len(points) < 4:
        return points
    smooth = gaussian_filter1d(points, _SMOOTH_PX, axis=0, mode="nearest")
    smooth[[0, -1]] = points[[0, -1]]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(smooth, axis=0).T))])
    if along[-1] < 3:
        return points[:1]
    at = np.linspace(0, along[-1], int(along[-1]) + 1)
    return np.column_stack([np.interp(at, along, smooth[:, k]) for k in (0, 1)])


def _median(values: NDArray[np.float64], otherwise: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else otherwise
