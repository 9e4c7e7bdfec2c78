"""Brightness across each vein, from the picture at its full resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image

__all__ = [
    "Profiles",
    "centre_chains",
    "chain_normals",
    "sample_points",
    "take_profiles",
]

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
    normals = np.concatenate([chain_normals(chain) for chain in chains_rc])
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
    radius = np.maximum(np.concatenate(radius_px), 2.0)
    offsets = np.linspace(-1, 1, _SAMPLES) * profiles.reach_px[:, None]
    near = np.abs(offsets) <= 1.5 * radius[:, None]
    depth = np.where(near, _depth_below_sides(profiles), 0)
    # the middle of what is deeper than half: steadier than the darkest point
    depth = np.maximum(depth - 0.5 * depth.max(axis=1, keepdims=True), 0)
    shift = (depth * offsets).sum(axis=1) / np.maximum(depth.sum(axis=1), 1e-9)
    shift = np.clip(shift, -radius, radius).astype(np.float32)
    moved = []
    start = 0
    for chain in chains_rc:
        part = slice(start, start + len(chain))
        spacing = 2 * _half_window(chain) / AVERAGE_OVER_PX or 1.0
        sigma = max(2.0, 0.5 * float(np.median(radius[part])) * spacing)
        moved.append(
            chain + _smooth(shift[part], sigma)[:, None] * chain_normals(chain)
        )
        start = part.stop
    return moved


def _depth_below_sides(profiles: Profiles) -> NDArray[np.float64]:
    """Darkness below the straight line from one shoulder of the profile to the other."""
    values = profiles.values
    end = _SAMPLES // 6
    left, right = values[:, :end].mean(axis=1), values[:, -end:].mean(axis=1)
    # the shoulders' middles lie at the same distance from both ends
    along = (np.arange(_SAMPLES) - (end - 1) / 2) / (_SAMPLES - end)
    return left[:, None] + (right - left)[:, None] * along - values


def _smooth(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    size = 2 * math.ceil(2.5 * sigma) + 1
    blurred = cv2.GaussianBlur(
        values.reshape(-1, 1),
        (1, size),
        0,
        sigmaY=sigma,
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(blurred, np.float32).reshape(-1)


def chain_normals(chain: Points) -> Points:
    """Unit normals of a chain of points.

    Parameters
    ----------
    chain : (N, 2) float32 px

    Returns
    -------
    (N, 2) float32
    """
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
    return sample_points(image, np.stack([rows, columns], axis=-1))


def sample_points(image: Image, points_rc: Points) -> NDArray[np.float64]:
    """Brightness at points between the pixels, bilinear; edges repeat outwards.

    Parameters
    ----------
    image : (H, W) float32
    points_rc : (N, 2) or (N, M, 2) float32 px

    Returns
    -------
    (N,) or (N, M) float64
    """
    shape = points_rc.shape[:-1]
    rows, columns = (points_rc[..., k].reshape(shape[0], -1) for k in (0, 1))
    values = np.empty(rows.shape, np.float64)
    # OpenCV's maps have at most 32767 rows
    for start in range(0, len(rows), 30_000):
        part = slice(start, start + 30_000)
        values[part] = cv2.remap(
            image,
            np.ascontiguousarray(columns[part]),
            np.ascontiguousarray(rows[part]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return values.reshape(shape)


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
