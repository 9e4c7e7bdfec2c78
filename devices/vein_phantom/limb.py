"""The limb: a bent, tapering cylinder, and where on it a point of skin lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["Limb", "shape_limb"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limb:
    """A limb in skin coordinates, (row, column) mm from the centre.

    Parameters
    ----------
    along : (row, column)
        Unit vector of its axis.
    half_length_mm, half_width_mm : mm
        Half of what may be seen of it, and half its mean width.
    taper, bulge, bend : float
        Relative change of width from end to end, of the middle, and sideways bend.
    """

    along: tuple[float, float]
    half_length_mm: float
    half_width_mm: float
    taper: float
    bulge: float
    bend: float

    def along_mm(self, points_mm: Array) -> Array:
        """Distance along the axis from the centre.

        Parameters
        ----------
        points_mm : (..., 2) float64, mm
            Points on the skin.

        Returns
        -------
        (...,) float64, mm
        """
        return points_mm[..., 0] * self.along[0] + points_mm[..., 1] * self.along[1]

    def across(self, points_mm: Array) -> Array:
        """Place across the limb: -1 and 1 are its outlines.

        Parameters
        ----------
        points_mm : (..., 2) float64, mm
            Points on the skin.

        Returns
        -------
        (...,) float64
        """
        side_mm = points_mm[..., 0] * self.along[1] - points_mm[..., 1] * self.along[0]
        axis_mm, half_width_mm = self._at(self.along_mm(points_mm))
        return (side_mm - axis_mm) / half_width_mm

    def point_mm(self, along_mm: Array, across: Array) -> Array:
        """Give the skin point at a place along and across the limb.

        Parameters
        ----------
        along_mm : (N,) float64, mm
            Distance along the axis.
        across : (N,) float64
            -1 to 1 between the outlines.

        Returns
        -------
        (N, 2) float64, mm
        """
        axis_mm, half_width_mm = self._at(along_mm)
        side_mm = axis_mm + across * half_width_mm
        return np.stack(
            [
                along_mm * self.along[0] + side_mm * self.along[1],
                along_mm * self.along[1] - side_mm * self.along[0],
            ],
            axis=-1,
        )

    def _at(self, along_mm: Array) -> tuple[Array, Array]:
        """Sideways place of the axis and half-width, mm, at a distance along."""
        t = along_mm / self.half_length_mm
        axis_mm = self.bend * self.half_width_mm * t * t
        bulge = self.bulge / (1.0 + 4.0 * t * t)
        # Never below a fifth, however far outside the frame one asks.
        half_width = np.maximum(1.0 + self.taper * t + bulge, 0.2)
        return axis_mm, self.half_width_mm * half_width


def shape_limb(settings: PhantomSettings) -> Limb:
    """Choose a limb that lies along the frame with both outlines in view.

    Parameters
    ----------
    settings : PhantomSettings
        Seed and size are used; with `limb` False it is so wide that it fills the frame.

    Returns
    -------
    Limb
    """
    rng = random_for(settings, "limb")
    high_mm, wide_mm = settings.extent_mm
    tilt, taper, bulge, bend, wide = rng.uniform(-1.0, 1.0, 5).tolist()
    angle = math.radians(11.0 * tilt + (90.0 if high_mm > wide_mm else 0.0))
    share = 0.36 + 0.03 * wide if settings.limb else 4.0
    return Limb(
        along=(math.sin(angle), math.cos(angle)),
        half_length_mm=0.6 * max(high_mm, wide_mm),
        half_width_mm=share * min(high_mm, wide_mm),
        taper=0.14 * taper,
        bulge=0.10 * (bulge + 1.0) / 2.0,
        bend=0.12 * bend if settings.limb else 0.0,
    )
