"""Brightness across each vein, from the picture at its full resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.tracing.chains import Chains

__all__ = ["Profiles", "depth_below_sides", "sample_points", "take_profiles"]

AVERAGE_OVER_PX = 16.0
"""Profiles are averaged over this length along the vein, and over its width."""
SMALLEST_REACH_PX = 8.0
"""Of the finest line's profile, to either side: what lies beside it is on it too."""
REACH_IN_RADII = 3.0
"""Of any wider one: the middle third is the vein, the rest its sides."""
_SAMPLES = 41
"""One on the middle, and .4 px apart at the smallest reach."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Brightness across chains of points, averaged along them.

    Parameters
    ----------
    values : (N, 41) float64
        Row n is sampled from `-reach_px[n]` to `reach_px[n]` along the normal.
    reach_px : (N,) float64 px
    shift_px : (N,) float64 px
        Where in its profile the middle of the dark line lies.
    """

    values: Floats
    reach_px: Floats
    shift_px: Floats

    @property
    def step_px(self) -> Floats:
        """(N,) distance of neighbouring samples."""
        return 2 * self.reach_px / (_SAMPLES - 1)

    def at(self, offset_px: Floats | float) -> Floats:
        """Brightness at an offset from the middle along the normal, interpolated.

        Parameters
        ----------
        offset_px : (N,) or scalar, px
            Cut at the reach.

        Returns
        -------
        (N,) float64
        """
        index = _SAMPLES // 2 + (offset_px + self.shift_px) / self.step_px
        index = np.minimum(np.maximum(index, 0), _SAMPLES - 1.001)
        low = index.astype(np.intp)
        part = index - low
        low += np.arange(0, self.values.size, _SAMPLES)
        flat = self.values.reshape(-1)
        return (1 - part) * flat[low] + part * flat[low + 1]

    def sides(self, radius_px: NDArray[np.floating[Any]]) -> tuple[Floats, Floats]:
        """Mean brightness of the skin next to the line, on either side.

        Parameters
        ----------
        radius_px : (N,) px

        Returns
        -------
        left, right : (N,) float64
        """
        near, middle, far = (
            k * radius_px.astype(np.float64) + 2 for k in (1.5, 2, 2.5)
        )
        left = self.at(-near) + self.at(-middle) + self.at(-far)
        right = self.at(near) + self.at(middle) + self.at(far)
        return left / 3, right / 3


def take_profiles(image: Image, chains: Chains) -> Profiles:
    """Sample across each chain, as far as three rough radii to each side.

    Parameters
    ----------
    image : (H, W) float32
    chains : Chains

    Returns
    -------
    Profiles
        Centred on the dark line by their `shift_px`.
    """
    reach = np.maximum(REACH_IN_RADII * chains.radius_px, SMALLEST_REACH_PX)
    offsets = np.linspace(-1, 1, _SAMPLES, dtype=np.float32) * reach[:, None]
    normals = chains.normals()
    rows = chains.points_rc[:, :1] + normals[:, :1] * offsets
    columns = chains.points_rc[:, 1:] + normals[:, 1:] * offsets
    # a wide vein's profile is averaged over more of its length: it is more uneven
    along_px = AVERAGE_OVER_PX / 2 + chains.radius_px
    half = np.maximum(along_px / chains.spacing_px, 1).astype(np.intp)
    values = chains.averaged(sample_points(image, rows, columns), half)
    return Profiles(values, reach.astype(np.float64), _shifts(values, offsets, chains))


def _shifts(values: Floats, offsets: NDArray[np.float32], chains: Chains) -> Floats:
    """How far along the normal the middle of the dark line lies from each point."""
    radius = np.maximum(chains.radius_px, 2.0)
    depth = depth_below_sides(values)
    depth *= np.abs(offsets) <= 1.5 * radius[:, None]
    # the middle of what is deeper than half: steadier than the darkest point
    depth -= 0.5 * depth.max(axis=1, keepdims=True)
    np.maximum(depth, 0, out=depth)
    moment = np.einsum("ij,ij->i", depth, offsets)
    shift = moment / np.maximum(depth.sum(axis=1), 1e-9)
    half = np.maximum(0.8 * radius / chains.spacing_px, 2).astype(np.intp)
    return np.asarray(chains.smoothed(np.clip(shift, -radius, radius), half))


def depth_below_sides(values: Floats) -> Floats:
    """Darkness below the straight line from one shoulder to the other.

    Parameters
    ----------
    values : (N, 41)
        Of `Profiles`.

    Returns
    -------
    (N, 41) float64
    """
    end = _SAMPLES // 6
    left, right = values[:, :end].mean(axis=1), values[:, -end:].mean(axis=1)
    # the shoulders' middles lie at the same distance from both ends
    along = (np.arange(_SAMPLES) - (end - 1) / 2) / (_SAMPLES - end)
    return np.asarray(left[:, None] + (right - left)[:, None] * along - values)


def sample_points(
    image: Image, rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Brightness at points between the pixels, bilinear; edges repeat outwards.

    Parameters
    ----------
    image : (H, W) float32
    rows, columns : (N, M) float32 px

    Returns
    -------
    (N, M) float32
    """
    values = np.empty(rows.shape, np.float32)
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
