"""A map that is affine near each point, and the matches that agree with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.transform import (
    Affine,
    Points,
    Transform,
    apply_affine,
)
from vein_imaging.imaging.arrays import Mask

__all__ = ["clean_matches", "least_squares", "left_out_errors", "map_through"]

_NEIGHBOURS = 24  # a map does not change between 16 and 40
_CLEANED_BY = 16  # neighbours: a few wrong ones among them do not decide
_RIDGE = 0.3
"""Draws the linear part of a local map to the global one; the map does not change
between .1 and 3."""
_STRAY_WIDTHS = 0.03  # of the limb: skin moves smoothly
_NEAR_WIDTHS, _JUMP_WIDTHS = 0.25, 0.05
"""Matches that near each other whose shifts differ less belong to one piece of skin."""
_LEAST_GROUP = 0.02  # of all matches: a smaller group is chance
_ROUNDS = 3  # wrong matches hide each other
_CELL_WIDTHS = 0.25  # what is left out at once: wider than the overlap of blocks


def least_squares(
    matches: Matches, weights: NDArray[np.float64] | None = None
) -> Affine:
    """Fit an affine map.

    Parameters
    ----------
    matches : Matches, at least 3
    weights : (N,), optional

    Returns
    -------
    (2, 3) float64
    """
    design = np.column_stack([matches.before_xy, np.ones(len(matches.before_xy))])
    root = np.ones(len(design)) if weights is None else np.sqrt(weights)
    solution, *_ = np.linalg.lstsq(
        design * root[:, None], matches.after_xy * root[:, None], rcond=None
    )
    return np.ascontiguousarray(solution.T)


def robust_affine(matches: Matches, tolerance: float) -> Affine:
    """Fit an affine map by weights that fall with the distance from it."""
    affine = least_squares(matches)
    for _ in range(8):
        off = np.hypot(*(apply_affine(affine, matches.before_xy) - matches.after_xy).T)
        limit = max(tolerance, float(np.median(off)))
        affine = least_squares(matches, 1 / (1 + (off / limit) ** 2))
    return affine


def _predict(
    points: Points,
    shifts: Points,
    queries: Points,
    count: int,
    *,
    itself: bool,
    tolerance: float,
) -> Points:
    """Shift at each query by an affine map of its nearest points, robust."""
    first = 0 if itself else 1
    found_near = cKDTree(points).query(queries, min(count + first, len(points)))
    distance, near = (np.asarray(part) for part in found_near)
    distance, near = distance[:, first:], near[:, first:]
    reach = np.maximum(distance[:, -1:], 1e-6)
    weight = np.exp(-2 * (distance / reach) ** 2)
    offset = (points[near] - queries[:, None]) / reach[..., None]
    design = np.concatenate([np.ones((*offset.shape[:2], 1)), offset], axis=2)
    target = shifts[near]
    found = np.zeros((len(queries), 3, 2))
    robust = weight
    for _ in range(4):
        total = robust.sum(axis=1)
        weighted = (design * robust[..., None]).swapaxes(1, 2)
        normal = weighted @ design
        normal[:, [1, 2], [1, 2]] += _RIDGE * 0.25 * total[:, None]
        normal[:, 0, 0] += 1e-9
        found = np.linalg.solve(normal, weighted @ target)
        off = np.hypot(*np.moveaxis(target - design @ found, -1, 0))
        robust = weight / (1 + (off / tolerance) ** 2)
    return found[:, 0]


def clean_matches(before_xy: Points, after_xy: Points, width_px: float) -> Mask:
    """Drop matches that do not move as the skin around them does.

    Parameters
    ----------
    before_xy, after_xy : (N, 2) px
    width_px : px
        Of the limb.

    Returns
    -------
    (N,) bool
    """
    kept = np.ones(len(before_xy), np.bool_)
    stray = _STRAY_WIDTHS * width_px
    for _ in range(_ROUNDS):
        if kept.sum() < _CLEANED_BY + 1:
            return np.zeros(len(before_xy), np.bool_)
        points = before_xy[kept]
        affine = robust_affine(Matches(points, after_xy[kept]), stray)
        shifts = after_xy[kept] - apply_affine(affine, points)
        expected = _predict(
            points, shifts, points, _CLEANED_BY, itself=False, tolerance=stray / 2
        )
        good = np.hypot(*(shifts - expected).T) < stray
        index = np.flatnonzero(kept)
        kept[index[~good]] = False
    index = np.flatnonzero(kept)
    if not index.size:
        return kept
    points = before_xy[kept]
    shifts = after_xy[kept] - apply_affine(affine, points)
    pairs = cKDTree(points).query_pairs(_NEAR_WIDTHS * width_px, output_type="ndarray")
    jump = np.hypot(*(shifts[pairs[:, 0]] - shifts[pairs[:, 1]]).T)
    pairs = pairs[jump < _JUMP_WIDTHS * width_px]
    graph = coo_matrix(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (len(points),) * 2
    )
    _, group = connected_components(graph, directed=False)
    large = np.bincount(group) >= max(4.0, _LEAST_GROUP * len(points))
    kept[index[~large[group]]] = False
    return kept


def map_through(matches: Matches, width_px: float, grid: Transform) -> Transform:
    """Lay a locally affine map through cleaned matches, on the grid of another.

    Parameters
    ----------
    matches : Matches
    width_px : px
        Of the limb.
    grid : Transform
        Gives grid and shapes.

    Returns
    -------
    Transform
    """
    stray = _STRAY_WIDTHS * width_px
    affine = robust_affine(matches, stray)
    shifts = matches.after_xy - apply_affine(affine, matches.before_xy)
    rows, columns = grid.displacement_xy.shape[:2]
    nodes = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    xy = grid.origin_px + grid.step_px * nodes.reshape(-1, 2).astype(np.float64)
    field = _predict(
        matches.before_xy, shifts, xy, _NEIGHBOURS, itself=True, tolerance=stray / 2
    )
    return Transform(
        affine,
        field.reshape(rows, columns, 2),
        grid.origin_px,
        grid.step_px,
        grid.before_shape,
        grid.after_shape,
    )


def left_out_errors(matches: Matches, width_px: float) -> NDArray[np.float64]:
    """How far each match is from the map through all matches of other cells.

    Parameters
    ----------
    matches : Matches
    width_px : px

    Returns
    -------
    (N,) px
    """
    stray = _STRAY_WIDTHS * width_px
    affine = robust_affine(matches, stray)
    shifts = matches.after_xy - apply_affine(affine, matches.before_xy)
    cells = np.floor(matches.before_xy / (_CELL_WIDTHS * width_px)).astype(int)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.ravel()
    error = np.full(len(shifts), np.inf)
    for number in range(cell.max() + 1):
        own = cell == number
        if (~own).sum() <= _NEIGHBOURS:
            continue
        expected = _predict(
            matches.before_xy[~own],
            shifts[~own],
            matches.before_xy[own],
            _NEIGHBOURS,
            itself=True,
            tolerance=stray / 2,
        )
        error[own] = np.hypot(*(shifts[own] - expected).T)
    return error
