"""Where objects end: step edges and outlines that were traced as if they were veins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import Profiles

__all__ = ["find_edges", "find_rim"]

EDGE_STEP, EDGE_DIFFERENCE = 1.0, 3.0
"""Over the depth of the line: the step between its two sides, the slope of the light
taken off, and their whole difference."""
RIM_RADII, RIM_PX = 1.5, 4.0
_NEAR_RADII, _FAR_RADII = 1.3, 2.7


def find_edges(profiles: Profiles, chains: Chains) -> NDArray[np.bool_]:
    """Points where one side is hardly brighter than the line: outline, shadow, strap.

    Between the two sides of a step the difference is the same near the line and farther
    away; where the light falls off it grows with the distance.

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
    near, far = (
        np.minimum(radii * chains.radius_px + 2, 0.98 * profiles.reach_px)
        for radii in (_NEAR_RADII, _FAR_RADII)
    )
    here, there = (profiles.at(away) - profiles.at(-away) for away in (near, far))
    slope = (there - here) / np.maximum(far - near, 0.5)
    level = np.where(here == 0, 1, here)
    step = np.abs(here) * np.clip(1 - slope * near / level, 0, 1)
    edge = step > EDGE_STEP * depth
    return np.asarray(edge | (np.abs(left - right) > EDGE_DIFFERENCE * depth))


def find_rim(chains: Chains, field: Mask) -> NDArray[np.bool_]:
    """Points of which one side is not in the field: both sides of a vein are skin.

    Parameters
    ----------
    chains : Chains
    field : (H, W) bool
        At the size at which the chains are.

    Returns
    -------
    (N,) bool
        A vein that runs out of the field, not along its rim, is none of them.
    """
    away = (RIM_RADII * chains.radius_px + RIM_PX)[:, None] * chains.normals()
    height, width = field.shape
    rim = np.zeros(len(away), np.bool_)
    for side in (away, -away):
        rows, columns = np.round(chains.points_rc + side).astype(np.intp).T
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        inside[inside] = field[rows[inside], columns[inside]]
        rim |= ~inside
    return rim
