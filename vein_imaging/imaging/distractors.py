"""What is traced but is no vein: hair, step edges, outlines; told by their profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.chains import Chains
from vein_imaging.imaging.profile import Profiles, sample_points

__all__ = ["HairScale", "find_edges", "find_hair", "find_outlines", "settle_runs"]

HAIR_SHARPNESS = 0.58
"""Depth near the middle over depth twice as far out. Hair on the phantom is over .73,
a vein under .54: skin blurs what lies in it."""
HAIR_CONTRAST = 0.03
HAIR_REACH_MM = 0.16
EDGE_STEP = 1.7
"""Difference of the two sides over the depth below their mean: 0 for a vein on evenly
lit skin, 2 for a pure step."""
OUTLINE_RATIO = 1.6
"""Depth below far away over depth below the sides nearby: about 1 for a vein, more
where the skin itself bends away."""
OUTLINE_CONTRAST = 0.22
"""Share of the brightness far away by which the bottom of such a valley is darker."""
SEAM_CONTRAST, SEAM_RATIO = 0.2, 1.1
"""By near-infrared, light scattered within the skin fills a vein's shadow: on the
phantom none is darker than its sides by a fifth, nor on the real frames looked at. A
line that is, in skin that bends away even a little, is where a limb meets a board."""
FAR_SHARES = (0.03, 0.05, 0.08)
"""How far away that is, as shares of the picture's longer side."""
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
    def of(cls, mm_per_pixel: float | None, halvings: int) -> HairScale | None:
        """Scale at which hair and vein differ, or None where they cannot be told apart.

        Parameters
        ----------
        mm_per_pixel : mm or None
            Without it, a picture that was halved is taken to be fine enough.
        halvings : int
        """
        if mm_per_pixel is None:
            return cls(2.0) if halvings else None
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


def find_edges(profiles: Profiles, chains: Chains) -> NDArray[np.bool_]:
    """Points where one side is hardly brighter than the line: outline, shadow, strap.

    Parameters
    ----------
    profiles : Profiles
        Of `chains`.
    chains : Chains

    Returns
    -------
    (N,) bool
    """
    left, right = profiles.sides(chains.radius_px)
    depth = (left + right) / 2 - profiles.at(0.0)
    return np.asarray(np.abs(left - right) > EDGE_STEP * depth)


def find_outlines(
    profiles: Profiles, chains: Chains, image: Image, *, near_infrared: bool = False
) -> NDArray[np.bool_]:
    """Points at the bottom of a valley far wider than the line: where a limb ends.

    Parameters
    ----------
    profiles : Profiles
        Of `chains`.
    chains : Chains
    image : (H, W) float32
    near_infrared : bool
        Whether veins are known to be faint; see `SEAM_CONTRAST`.

    Returns
    -------
    (N,) bool
    """
    bottom = profiles.at(0.0)
    left, right = profiles.sides(chains.radius_px)
    beside = (left + right) / 2
    near = np.maximum(beside - bottom, 1e-3)
    share = (np.array(FAR_SHARES) * max(image.shape)).astype(np.float32)
    far = (3 * chains.radius_px)[:, None] + share
    away = np.concatenate([far, -far], axis=1)
    normals = chains.normals()
    rows = np.asarray(chains.points_rc[:, :1] + away * normals[:, :1], np.float32)
    columns = np.asarray(chains.points_rc[:, 1:] + away * normals[:, 1:], np.float32)
    levels = sample_points(image, rows, columns)
    # a slope across both sides cancels
    level = (levels[:, : len(share)] + levels[:, len(share) :]) / 2
    valley = level - bottom[:, None]
    deep = valley > np.maximum(OUTLINE_CONTRAST * level, OUTLINE_RATIO * near[:, None])
    outline = deep.any(axis=1)
    if near_infrared:
        dark = near > SEAM_CONTRAST * beside
        outline |= dark & (valley[:, 0] > SEAM_RATIO * near)
    return np.asarray(outline)


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
    settled = _drop_short(bad, chains, SHORTEST_BAD_PX)
    return ~_drop_short(~settled, chains, SHORTEST_GOOD_PX)


def _drop_short(
    flags: NDArray[np.bool_], chains: Chains, shortest_px: float
) -> NDArray[np.bool_]:
    """Clear runs of set flags shorter than that, unless they are the whole chain."""
    here = np.arange(len(flags))
    begins = np.flatnonzero(flags & ((here == chains.first) | ~np.roll(flags, 1)))
    ends = np.flatnonzero(flags & ((here == chains.stop - 1) | ~np.roll(flags, -1)))
    length = ends + 1 - begins
    whole = length == (chains.stop - chains.first)[begins]
    kept = whole | (length * chains.spacing_px >= shortest_px)
    change = np.zeros(len(flags) + 1, np.intp)
    np.add.at(change, begins[kept], 1)
    np.add.at(change, ends[kept] + 1, -1)
    return np.asarray(np.cumsum(change[:-1]) > 0)
