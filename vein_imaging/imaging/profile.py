"""Brightness across each vein, from the picture at its full resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image

__all__ = ["Profiles", "centre_chains", "take_profiles"]

AVERAGE_OVER_PX = 16.0
"""Profiles are averaged over this length along the vein."""
SMALLEST_REACH_PX = 8.0
REACH_IN_RADII = 3.0
_SAMPLES = 49

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Brightness across chains of points, averaged along them.

    Parameters
    ----------
    values : (N, 49) float64
        Row n is sampled from `-reach_px[n]` to `reach_px[n]` along the normal.
    reach_px : (N,) float64 px
    sizes : tuple of int
        Points of each chain; they sum up to N.
    """

    values: NDArray[np.float64]
    reach_px: NDArray[np.float64]
    sizes: tuple[int, ...]

    @property
    def step_px(self) -> NDArray[np.float64]:
        """(N,) distance of neighbouring samples."""
        return 2 * self.reach_px / (_SAMPLES - 1)

    def at(self, offset_px: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Brightness at an offset along the normal, interpolated.

        Parameters
        ----------
        offset_px : (N,) or scalar, px
            Cut at the reach.

        Returns
        -------
        (N,) float64
        """
        place = np.clip(_SAMPLES // 2 + offset_px / self.step_px, 0, _SAMPLES - 1)
        low = np.minimum(place.astype(np.intp), _SAMPLES - 2)
        rows = np.arange(len(low))
        part = place - low
        return (1 - part) * self.values[rows, low] + part * self.values[rows, low + 1]


def take_profiles(
    image: Image, chains_rc: Sequence[Points], radius_px: Sequence[Points]
) -> Profiles:
    """Sample across each chain, as far as three rough radii to each side.

    Parameters
    ----------
    image : (H, W) float32
    chains_rc : sequence of (N, 2) float32 px
    radius_px : sequence of (N,) float32 px

    Returns
    -------
    Profiles
    """
    sizes = tuple(len(chain) for chain in chains_rc)
    if not sizes:
        return Profiles(np.zeros((0, _SAMPLES)), np.zeros(0), ())
    points = np.concatenate(chains_rc)
    normals = np.concatenate([_normals(chain) for chain in chains_rc])
    radius = np.concatenate(radius_px).astype(np.float64)
    reach = np.maximum(REACH_IN_RADII * radius, SMALLEST_REACH_PX)
    values = _sample(image, points, normals, reach)
    half = [_half_window(chain) for chain in chains_rc]
    return Profiles(_average_along(values, sizes, half), reach, sizes)


def centre_chains(
    image: Image, chains_rc: Sequence[Points], radius_px: Sequence[Points]
) -> list[Points]:
    """Move each point along the normal to the middle of the dark line, sub-pixel.

    Parameters
    ----------
    image : (H, W) float32
    chains_rc : sequence of (N, 2) float32 px
    radius_px : sequence of (N,) float32 px
        No point moves further than this, or 2 px.

    Returns
    -------
    list of (N, 2) float32 px
    """
    profiles = take_profiles(image, chains_rc, radius_px)
    if not profiles.sizes:
        return []
    radius = np.concatenate(radius_px)
    offsets = np.linspace(-1, 1, _SAMPLES) * profiles.reach_px[:, None]
    near = np.abs(offsets) <= 1.2 * np.maximum(radius, 2.0)[:, None]
    values = np.where(near, profiles.values, -np.inf)
    depth = np.where(near, values.max(axis=1, keepdims=True) - profiles.values, 0) ** 2
    # the middle of what is darker than half: symmetric, and steadier than the minimum
    depth = np.maximum(depth - 0.25 * depth.max(axis=1, keepdims=True), 0)
    shift = (depth * offsets).sum(axis=1) / np.maximum(depth.sum(axis=1), 1e-9)
    limit = np.maximum(radius, 2.0)
    shift = np.clip(shift, -limit, limit)
    moved = []
    start = 0
    for chain in chains_rc:
        stop = start + len(chain)
        step = _smooth(shift[start:stop].astype(np.float32))
        moved.append(chain + step[:, None] * _normals(chain))
        start = stop
    return moved


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    column = values.reshape(-1, 1)
    blurred = cv2.GaussianBlur(
        column, (1, 9), 0, sigmaY=2.0, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(blurred, np.float32).reshape(-1)


def _normals(chain: Points) -> Points:
    if len(chain) < 2:
        return np.tile(np.array([[0, 1]], np.float32), (len(chain), 1))
    tangent = np.gradient(chain, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    return np.stack([-tangent[:, 1], tangent[:, 0]], axis=1).astype(np.float32)


def _sample(
    image: Image, points: Points, normals: Points, reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    offsets = (np.linspace(-1, 1, _SAMPLES) * reach[:, None]).astype(np.float32)
    rows = points[:, :1] + normals[:, :1] * offsets
    columns = points[:, 1:] + normals[:, 1:] * offsets
    values = np.empty(rows.shape, np.float64)
    # OpenCV's maps have at most 32767 rows
    for start in range(0, len(rows), 30_000):
        part = slice(start, start + 30_000)
        values[part] = cv2.remap(
            image,
            columns[part],
            rows[part],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return values


def _half_window(chain: Points) -> int:
    if len(chain) < 2:
        return 0
    spacing = float(np.linalg.norm(np.diff(chain, axis=0), axis=1).mean())
    return max(1, round(AVERAGE_OVER_PX / 2 / max(spacing, 0.5)))


def _average_along(
    values: NDArray[np.float64], sizes: Sequence[int], half: Sequence[int]
) -> NDArray[np.float64]:
    """Running mean along each chain, shorter at its ends."""
    total = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    stops = np.repeat(np.cumsum(sizes), sizes)
    starts = stops - np.repeat(sizes, sizes)
    reach = np.repeat(half, sizes)
    here = np.arange(len(values))
    low, high = np.maximum(here - reach, starts), np.minimum(here + reach + 1, stops)
    return np.asarray((total[high] - total[low]) / (high - low)[:, None])
