"""Where between a limb's two outlines a point lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask

__all__ = ["LimbOffset"]

Floats = NDArray[np.float64]

_EVERY = 8
"""Of the field's pixels: a limb's outline is smooth."""
_LEAST_LENGTH = 1.15
"""A limb is longer than wide: of a rounder field no axis is told."""
_LEAST_PX = 200
"""Of the thinned field: less has no outline to speak of."""


@dataclass(frozen=True, slots=True, eq=False)
class LimbOffset:
    """The middle and the half width of a limb, along its axis.

    Parameters
    ----------
    axis_rc : (2,) float64
        Unit vector along the limb.
    origin_rc : (2,) px
    along_px, middle_px, half_px : (N,) float64
        At places along the axis: where its middle lies across it, and half its width;
        nan where an outline is not in the picture.
    """

    axis_rc: Floats
    origin_rc: Floats
    along_px: Floats
    middle_px: Floats
    half_px: Floats

    @classmethod
    def of(cls, field: Mask) -> LimbOffset | None:
        """Find the outlines of the skin.

        Parameters
        ----------
        field : (H, W) bool

        Returns
        -------
        LimbOffset or None
            None where there is hardly any skin, or no long side.
        """
        small = field[::_EVERY, ::_EVERY]
        points = np.argwhere(small).astype(np.float64) * _EVERY
        if len(points) < _LEAST_PX:
            return None
        origin = points.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov((points - origin).T))
        if values[1] < _LEAST_LENGTH**2 * values[0]:
            return None
        axis = vectors[:, 1]
        across = np.array([-axis[1], axis[0]])
        u, v = (points - origin) @ axis, (points - origin) @ across
        index = np.floor((u - u.min()) / (2 * _EVERY)).astype(int)
        count = int(index.max()) + 1
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, index, v)
        np.maximum.at(high, index, v)
        along = u.min() + (np.arange(count) + 0.5) * 2 * _EVERY
        for edge in (low, high):
            ends = origin + along[:, None] * axis + edge[:, None] * across
            limits = np.array(field.shape) - 1 - 2 * _EVERY
            cut = ((ends < 2 * _EVERY) | (ends > limits)).any(axis=1)
            edge[cut] = np.nan
        return cls(axis, origin, along, (low + high) / 2, (high - low) / 2 + _EVERY / 2)

    def at(self, points_rc: NDArray[np.floating]) -> Floats:
        """Offset of points from the limb's middle over its half width.

        Parameters
        ----------
        points_rc : (N, 2) px

        Returns
        -------
        (N,) float64 in [-1, 1]
            0 where an outline is not in the picture.
        """
        away = points_rc - self.origin_rc
        u = away @ self.axis_rc
        v = away @ np.array([-self.axis_rc[1], self.axis_rc[0]])
        row = np.clip(np.searchsorted(self.along_px, u), 0, len(self.along_px) - 1)
        offset = (v - self.middle_px[row]) / np.maximum(self.half_px[row], 1)
        return np.asarray(np.clip(np.nan_to_num(offset, nan=0.0), -1, 1))
