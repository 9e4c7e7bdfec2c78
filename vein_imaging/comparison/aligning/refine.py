"""The last step: small blocks at the working size, and a smooth field through them."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.blocks import (
    BLOCK_LEVELS,
    Blocks,
    agreeing,
    match,
)
from vein_imaging.comparison.aligning.local_affine import map_through
from vein_imaging.comparison.aligning.transform import Points, Transform
from vein_imaging.comparison.preparing.surface import Surface

__all__ = ["GRID_PX", "refine"]

GRID_PX = 8.0
"""The displacement is smooth over many times this distance; between knots it is
interpolated."""
_LEAST_BLOCKS = 20  # fewer add nothing to the matches of the pose
_NEW_STEPS = 1.5
"""Steps of the blocks: a match of the pose that has a block nearer than that says the
same, less exactly."""
_STRAY_WIDTHS = 0.01
"""Of the limb, from the locally affine map: what is further off matched something
else."""
_EXACT, _ROUGH = 0.02, 5.0
"""Smoothing at a block and at a match of the pose: the field goes through the one, and
only leans to the other. Of .5 and 5, the second lost fewer on smooth skin."""
_UNIT_PX = 100.0
"""Scales the spline's numbers to about 1, where its linear system is solved most
exactly."""


def refine(
    before: Surface, after: Surface, start: Transform, matches: Matches, width_px: float
) -> tuple[Transform, Matches, Points]:
    """Refine a map where small blocks are found again; elsewhere it stays.

    Parameters
    ----------
    before, after : Surface
        At the working size.
    start : Transform
        Gives the shapes and the grid.
    matches : Matches
        Of the pose, px of the working size.
    width_px : px
        Of the limb.

    Returns
    -------
    Transform, Matches
        The map, and all it goes through.
    (N, 2) float64 px
        The blocks of BEFORE among that, x and y: there it is exact.
    """
    transform, through = map_through(matches, width_px, start), matches
    exact: Points = np.empty((0, 2))
    for level in BLOCK_LEVELS:
        found = match(
            before.flat, after.flat, before.usable, after.usable, transform, level
        )
        blocks = agreeing(found, transform)
        if len(blocks.ncc) < _LEAST_BLOCKS:
            continue
        distance = np.asarray(cKDTree(blocks.before_xy).query(matches.before_xy)[0])
        new = distance > _NEW_STEPS * level.step_px
        through = Matches(
            np.vstack([blocks.before_xy, matches.before_xy[new]]),
            np.vstack([blocks.after_xy, matches.after_xy[new]]),
        )
        transform, exact = _smoothed(through, blocks, width_px, start), blocks.before_xy
    return transform, through, exact


def _smoothed(
    through: Matches, blocks: Blocks, width_px: float, grid: Transform
) -> Transform:
    """A locally affine map, and a smooth spline through what it leaves."""
    base = map_through(through, width_px, grid)
    rest: Points = through.after_xy - base.to_after(through.before_xy[:, ::-1])[:, ::-1]
    kept = np.hypot(*rest.T) < _STRAY_WIDTHS * width_px
    smoothing = np.full(len(rest), _ROUGH)
    smoothing[: len(blocks.ncc)] = _EXACT
    if np.count_nonzero(kept) < _LEAST_BLOCKS:
        return base
    spline = RBFInterpolator(
        through.before_xy[kept] / _UNIT_PX,
        rest[kept],
        kernel="thin_plate_spline",
        smoothing=smoothing[kept],
        degree=1,
    )
    rows, columns = base.displacement_xy.shape[:2]
    nodes = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    points = base.origin_px + base.step_px * nodes.reshape(-1, 2)
    field = spline(points / _UNIT_PX).reshape(rows, columns, 2)
    return Transform(
        base.affine,
        base.displacement_xy + field,
        base.origin_px,
        base.step_px,
        base.before_shape,
        base.after_shape,
    )
