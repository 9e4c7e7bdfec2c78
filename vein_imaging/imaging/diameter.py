"""The width of veins, sub-pixel, from the picture at its full resolution."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Plane

__all__ = ["measure_diameters"]

AVERAGE_OVER_PX = 15.0
"""Profiles are averaged over this length along the vein."""
_REACH = 2.5
_SAMPLES = 41


def measure_diameters(
    plane: Plane,
    chains_rc: Sequence[NDArray[np.float32]],
    rough_radius_px: Sequence[NDArray[np.float32]],
) -> list[NDArray[np.float32]]:
    """Full width at half depth of the brightness across each vein.

    Parameters
    ----------
    plane : (H, W) uint8
    chains_rc : sequence of (N, 2) float32 px
        Points about one pixel apart.
    rough_radius_px : sequence of (N,) float32 px
        How wide to look.

    Returns
    -------
    list of (N,) float32 px
        nan where the profile has no two sides.
    """
    if not chains_rc:
        return []
    sizes = [len(chain) for chain in chains_rc]
    points = np.concatenate(chains_rc)
    reach = _REACH * np.maximum(np.concatenate(rough_radius_px), 2.0)
    normals = np.concatenate([_normals(chain) for chain in chains_rc])
    offsets = np.linspace(-1, 1, _SAMPLES, dtype=np.float32)
    where = points[:, None] + normals[:, None] * (reach[:, None] * offsets)[..., None]
    image = plane.astype(np.float32)
    profiles = cv2.remap(
        image,
        np.ascontiguousarray(where[..., 1], np.float32),
        np.ascontiguousarray(where[..., 0], np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    profiles = _average_along(np.asarray(profiles, np.float64), sizes)
    widths = _half_depth_width(profiles, reach.astype(np.float64))
    return np.split(widths.astype(np.float32), np.cumsum(sizes)[:-1])


def _normals(chain: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(chain) < 2:
        return np.tile(np.float32([0, 1]), (len(chain), 1))
    tangent = np.gradient(chain, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    return np.stack([-tangent[:, 1], tangent[:, 0]], axis=1).astype(np.float32)


def _average_along(
    profiles: NDArray[np.float64], sizes: Sequence[int]
) -> NDArray[np.float64]:
    """Running mean along each chain, shorter at its ends."""
    half = int(AVERAGE_OVER_PX // 2)
    total = np.concatenate([np.zeros((1, profiles.shape[1])), profiles.cumsum(axis=0)])
    stops = np.repeat(np.cumsum(sizes), sizes)
    starts = stops - np.repeat(sizes, sizes)
    here = np.arange(len(profiles))
    low, high = np.maximum(here - half, starts), np.minimum(here + half + 1, stops)
    return np.asarray((total[high] - total[low]) / (high - low)[:, None])


def _half_depth_width(
    profiles: NDArray[np.float64], reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    rows = np.arange(len(profiles))
    middle = _SAMPLES // 2
    near = slice(middle - 6, middle + 7)
    centre = middle - 6 + profiles[:, near].argmin(axis=1)
    floor = profiles[rows, centre]
    level = (
        floor + np.minimum(profiles[:, :middle].max(1), profiles[:, middle:].max(1))
    ) / 2
    step = 2 * reach / (_SAMPLES - 1)
    width = np.zeros(len(profiles))
    column = np.arange(_SAMPLES)
    above = profiles > level[:, None]
    for sign in (-1, 1):
        beyond = above & (sign * (column - centre[:, None]) > 0)
        edge = np.where(
            sign > 0, beyond.argmax(1), _SAMPLES - 1 - beyond[:, ::-1].argmax(1)
        )
        found = beyond[rows, edge]
        inside = np.clip(edge - sign, 0, _SAMPLES - 1)
        high, low = profiles[rows, edge], profiles[rows, inside]
        part = (level - low) / np.where(high > low, high - low, 1)
        width += np.where(found, sign * (inside - centre) + part, np.nan)
    return width * step
