"""A smooth map through points marked by hand, with its own error."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.local_affine import least_squares
from vein_imaging.comparison.aligning.pose import grid_of
from vein_imaging.comparison.aligning.transform import (
    Affine,
    Points,
    Transform,
    apply_affine,
)
from vein_imaging.imaging.arrays import Mask

__all__ = ["are_mirrored", "near_points", "own_errors", "spline_through"]

_SMOOTHING = 0.001
"""With distances in widths of the limb: a hand marks a mole to about .3 %."""
_LINE = 0.05  # across, of along: points as near to a line are on one
_AROUND_WIDTHS = 0.25  # from the points and what lies between them
_MIRRORED = 4.0
"""Times: a mirror image that leaves so much less unexplained than a similarity does.
Where points contradict each other, both leave the same."""
_ALIKE = 0.95
"""Of the spread that a similarity explains: on a line both explain all of it."""


def are_mirrored(points: Matches) -> bool:
    """Whether the points fit each other's mirror image, and not each other.

    Parameters
    ----------
    points : Matches
        In any unit, two or more.
    """
    z, w = _around_mean(points)
    all_of_it = np.vdot(z, z).real * np.vdot(w, w).real
    alike, mirrored = (abs(np.vdot(one, w)) ** 2 / all_of_it for one in (z, z.conj()))
    return bool(alike < _ALIKE and 1 - alike > _MIRRORED * (1 - mirrored))


def spline_through(before: LimbFrame, after: LimbFrame, points: Matches) -> Transform:
    """Lay a smooth map through points marked by hand.

    A similarity through two, or three on a line, an affine map through three, a
    thin-plate spline through four or more.

    Parameters
    ----------
    before, after : LimbFrame
    points : Matches
        Px of the frames.

    Returns
    -------
    Transform
    """
    affine = _affine(points)
    grid = grid_of(before, after, affine)
    if len(points.before_xy) < 4:
        return grid
    rows, columns = grid.displacement_xy.shape[:2]
    nodes = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    at = grid.step_px * nodes.reshape(-1, 2)
    field = _shifts(points, affine, at.astype(np.float64), before.width_px)
    return Transform(
        affine,
        field.reshape(rows, columns, 2),
        grid.origin_px,
        grid.step_px,
        grid.before_shape,
        grid.after_shape,
    )


def own_errors(points: Matches, width_px: float) -> NDArray[np.float64]:
    """How far each point is from where the map through the others puts it.

    Parameters
    ----------
    points : Matches, at least 4
    width_px : px
        Of the limb.

    Returns
    -------
    (N,) float64, px
    """
    count = len(points.before_xy)
    errors = np.empty(count)
    for left in range(count):
        rest = np.arange(count) != left
        others = Matches(points.before_xy[rest], points.after_xy[rest])
        affine = _affine(others)
        at = points.before_xy[[left]]
        moved = apply_affine(affine, at)
        if count > 4:
            moved = moved + _shifts(others, affine, at, width_px)
        errors[left] = np.hypot(*(moved - points.after_xy[[left]])[0])
    return errors


def near_points(before: LimbFrame, points: Matches) -> Mask:
    """Skin between the points and close around them.

    Parameters
    ----------
    before : LimbFrame
    points : Matches

    Returns
    -------
    (h, w) bool
    """
    far = np.ones(before.shape, np.uint8)
    hull = cv2.convexHull(np.rint(points.before_xy).astype(np.int32))
    cv2.fillConvexPoly(far, hull, 0)
    distance = cv2.distanceTransform(far, cv2.DIST_L2, 5)
    return np.asarray((distance < _AROUND_WIDTHS * before.width_px) & before.skin)


def _affine(points: Matches) -> Affine:
    ours = points.before_xy - points.before_xy.mean(axis=0)
    spread = np.linalg.svd(ours, compute_uv=False)
    if len(ours) > 2 and spread[1] > _LINE * spread[0]:
        return least_squares(points)
    # two points, or more on one line, know nothing about what lies across
    z, w = _around_mean(points)
    turn = complex(np.vdot(z, w) / np.vdot(z, z))
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    shift = points.after_xy.mean(axis=0) - matrix @ points.before_xy.mean(axis=0)
    return np.column_stack([matrix, shift])


def _around_mean(points: Matches) -> tuple[NDArray[np.complex128], ...]:
    # as complex numbers, where a similarity is a factor
    parts = points.before_xy, points.after_xy
    return tuple((part - part.mean(axis=0)) @ np.array([1, 1j]) for part in parts)


def _shifts(points: Matches, affine: Affine, at: Points, width_px: float) -> Points:
    spline = RBFInterpolator(
        points.before_xy / width_px,
        points.after_xy - apply_affine(affine, points.before_xy),
        kernel="thin_plate_spline",
        smoothing=_SMOOTHING,
        degree=1,
    )
    return np.asarray(spline(at / width_px), np.float64)
