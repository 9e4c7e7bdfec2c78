"""Brightness across each vein, from the picture at its full resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.chains import Chains

__all__ = ["Profiles", "find_shifts", "sample_points", "take_profiles"]

AVERAGE_OVER_PX = 16.0
"""Profiles are averaged over this length along the vein."""
SMALLEST_REACH_PX = 8.0
REACH_IN_RADII = 3.0
_SAMPLES = 41

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Brightness across chains of points, averaged along them.

    Parameters
    ----------
    values : (N, 41) float64
        Row n is sampled from `-reach_px[n]` to `reach_px[n]` along the normal.
    reach_px : (N,) float64 px
    """

    values: Floats
    reach_px: Floats

    @property
    def step_px(self) -> Floats:
        """(N,) distance of neighbouring samples."""
        return 2 * self.reach_px / (_SAMPLES - 1)

    def at(self, offset_px: Floats | float) -> Floats:
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


def take_profiles(image: Image, chains: Chains) -> Profiles:
    """Sample across each chain, as far as three rough radii to each side.

    Parameters
    ----------
    image : (H, W) float32
    chains : Chains

    Returns
    -------
    Profiles
    """
    reach = np.maximum(REACH_IN_RADII * chains.radius_px, SMALLEST_REACH_PX)
    offsets = np.linspace(-1, 1, _SAMPLES, dtype=np.float32) * reach[:, None]
    places = chains.points_rc[:, None] + chains.normals()[:, None] * offsets[..., None]
    half = max(1, round(AVERAGE_OVER_PX / 2 / chains.spacing_px))
    values = chains.averaged(sample_points(image, places), half)
    return Profiles(values, reach.astype(np.float64))


def find_shifts(profiles: Profiles, chains: Chains) -> Floats:
    """How far along the normal the middle of the dark line lies from each point.

    Parameters
    ----------
    profiles : Profiles
        Of `chains`.
    chains : Chains

    Returns
    -------
    (N,) float64 px
        At most the rough radius, or 2 px; smoothed along the chains.
    """
    radius = np.maximum(chains.radius_px, 2.0)
    offsets = np.linspace(-1, 1, _SAMPLES) * profiles.reach_px[:, None]
    near = np.abs(offsets) <= 1.5 * radius[:, None]
    depth = np.where(near, _depth_below_sides(profiles.values), 0)
    # the middle of what is deeper than half: steadier than the darkest point
    depth = np.maximum(depth - 0.5 * depth.max(axis=1, keepdims=True), 0)
    shift = (depth * offsets).sum(axis=1) / np.maximum(depth.sum(axis=1), 1e-9)
    half = np.maximum(0.8 * radius / chains.spacing_px, 2).astype(np.intp)
    return np.asarray(chains.smoothed(np.clip(shift, -radius, radius), half))


def _depth_below_sides(values: Floats) -> Floats:
    """Darkness below the straight line from one shoulder of the profile to the other."""
    end = _SAMPLES // 6
    left, right = values[:, :end].mean(axis=1), values[:, -end:].mean(axis=1)
    # the shoulders' middles lie at the same distance from both ends
    along = (np.arange(_SAMPLES) - (end - 1) / 2) / (_SAMPLES - end)
    return left[:, None] + (right - left)[:, None] * along - values


def sample_points(image: Image, points_rc: NDArray[np.float32]) -> Floats:
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
