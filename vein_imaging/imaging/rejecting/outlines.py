"""Where objects end: step edges and outlines that were traced as if they were veins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import Profiles, sample_points

__all__ = ["find_edges", "find_outlines", "find_rim"]

EDGE_STEP, EDGE_DIFFERENCE = 1.0, 3.0
"""Over the depth of the line: the step between its two sides, the slope of the light
taken off, and their whole difference."""
RIM_RADII, RIM_PX = 1.5, 4.0
_NEAR_RADII, _FAR_RADII = 1.3, 2.7
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
