"""What is traced but is no vein: hair, told by its profile. How runs are settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.chains import Chains, drop_short_runs
from vein_imaging.imaging.tracing.profile import Profiles

__all__ = ["HairScale", "find_hair", "settle_runs"]

HAIR_SHARPNESS = 0.58
"""Depth near the middle over depth twice as far out. Hair on the phantom is over .73,
a vein under .54: skin blurs what lies in it."""
HAIR_CONTRAST = 0.03
"""Of the brightness at the middle: a line that is no deeper is not asked how sharp it
is."""
HAIR_REACH_MM = 0.16
"""Past the edge of a hair, which is .05 to .15 mm wide; 2 px at .08 mm a pixel."""
SHORTEST_BAD_PX, SHORTEST_GOOD_PX = 8.0, 24.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HairScale:
    """How far from the middle of a line its sharpness is measured.

    Parameters
    ----------
    reach_px : px
    """

    reach_px: float

    @classmethod
    def of(cls, mm_per_pixel: float | None) -> HairScale | None:
        """Scale at which hair and vein differ, or None where they cannot be told apart.

        Parameters
        ----------
        mm_per_pixel : mm or None
            Without it they cannot.
        """
        if mm_per_pixel is None:
            return None
        reach = HAIR_REACH_MM / mm_per_pixel
        return cls(reach) if reach >= 1.3 else None


def find_hair(profiles: Profiles, scale: HairScale) -> NDArray[np.bool_]:
    """Points of lines too sharp and too dark to lie under skin.

    Parameters
    ----------
    profiles : Profiles
    scale : HairScale

    Returns
    -------
    (N,) bool
    """
    near = _depth(profiles, scale.reach_px)
    far = _depth(profiles, 2 * scale.reach_px)
    sharp = near > HAIR_SHARPNESS * far
    return sharp & (far > HAIR_CONTRAST * profiles.at(0.0))


def _depth(profiles: Profiles, offset_px: float) -> Floats:
    sides = (profiles.at(offset_px) + profiles.at(-offset_px)) / 2
    return sides - profiles.at(0.0)


def settle_runs(bad: NDArray[np.bool_], chains: Chains) -> NDArray[np.bool_]:
    """Forget short bad runs of each chain, then short good ones beside bad ones.

    Parameters
    ----------
    bad : (N,) bool
    chains : Chains

    Returns
    -------
    (N,) bool
    """
    settled = drop_short_runs(bad, chains, SHORTEST_BAD_PX)
    return ~drop_short_runs(~settled, chains, SHORTEST_GOOD_PX)
