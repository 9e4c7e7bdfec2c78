"""Two or three points marked by hand, and the limb's outline beside them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.transform import Affine, Points, apply_affine
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["OutlineFit", "fit_outline"]

_MARK_WIDTHS, _OUTLINE_WIDTHS = 0.005, 0.03
"""Standard deviations: a hand marks a mole to .3 %, and a field's outline runs beside
the limb's by a few percent."""
_SHAPE = 0.1
"""Of what makes a map more than a similarity: a limb that turns a little gets narrower
or wider against its length by so much."""
_STEP_WIDTHS = 0.04  # from one point of the outline to the next
_NEAR_WIDTHS = 1.0  # of the points: further off a limb bends
_FAR_WIDTHS = 0.25  # an outline further off is another one
_BORDER_PX = 3  # of the picture: an outline there is none
_LEAST_POINTS = 12  # of the outline
_ROUNDS = 10  # of fitting: it comes to rest in five or six


@dataclass(frozen=True, slots=True, eq=False)
class OutlineFit:
    """A map through points marked by hand that lays outline on outline.

    Parameters
    ----------
    affine : (2, 3) float64
    apart : widths of the limb
        Median distance of the two outlines under it; inf where none is near the points.
    """

    affine: Affine
    apart: float


def fit_outline(
    before: LimbFrame, after: LimbFrame, points: Matches, start: Affine
) -> OutlineFit:
    """Fit a map to points and outline.

    Parameters
    ----------
    before, after : LimbFrame
    points : Matches
        One or more, px of the frames.
    start : (2, 3) float64

    Returns
    -------
    OutlineFit
    """
    width = before.width_px
    outline = _outline(before.skin, points.before_xy, width)
    bounded = after.skin.any() and not after.skin.all()
    if len(outline) < _LEAST_POINTS or not bounded:
        return OutlineFit(start, float("inf"))
    depth = _signed_depth(after.skin)
    down, across = np.gradient(depth)
    slopes = np.stack([np.asarray(across), np.asarray(down)], axis=-1)
    affine, middle = start, points.before_xy.mean(axis=0)
    for _ in range(_ROUNDS):
        change = _step(affine, outline, depth, slopes, points, (middle, width))
        affine = affine + change
    off, _, inside = _distances(affine, outline, depth, slopes)
    near = inside & (np.abs(off) < _FAR_WIDTHS * width)
    if np.count_nonzero(near) < max(_LEAST_POINTS, 0.5 * np.count_nonzero(inside)):
        return OutlineFit(affine, float("inf"))
    return OutlineFit(affine, float(np.median(np.abs(off[near]))) / width)


def _step(
    affine: Affine,
    outline: Points,
    depth: Image,
    slopes: NDArray[np.float32],
    points: Matches,
    scale: tuple[Points, float],
) -> Affine:
    # one step of Gauss and Newton, in widths around the middle of the points
    middle, width = scale
    off, slope, inside = _distances(affine, outline, depth, slopes)
    off = off / width
    near = inside & (np.abs(off) < _FAR_WIDTHS)
    # the outline counts as a whole: its points are not independent
    count = max(1, int(np.count_nonzero(near)))
    weight = 1 / (1 + (off / _OUTLINE_WIDTHS) ** 2) / count
    root = np.sqrt(weight[near] * _LEAST_POINTS) / _OUTLINE_WIDTHS
    ones = np.ones((len(outline), 1))
    at = np.hstack([(outline - middle) / width, ones])[near]
    rows = np.einsum("ni,nj->nij", slope[near], at).reshape(-1, 6)
    missed = apply_affine(affine, points.before_xy) - points.after_xy
    marks = np.hstack([(points.before_xy - middle) / width, np.ones((len(missed), 1))])
    own = np.kron(np.eye(2), marks)
    a, b, c, d = affine[:, :2].ravel()
    shape = np.array([[1, 0, 0, 0, -1, 0], [0, 1, 0, 1, 0, 0]], np.float64)
    design = np.vstack([rows * root[:, None], own / _MARK_WIDTHS, shape / _SHAPE])
    target = np.concatenate(
        [
            -off[near] * root,
            -missed.T.ravel() / width / _MARK_WIDTHS,
            np.array([d - a, -b - c]) / _SHAPE,
        ]
    )
    found = np.linalg.lstsq(design, target, rcond=None)[0].reshape(2, 3)
    linear = found[:, :2]
    return np.column_stack([linear, found[:, 2] * width - linear @ middle])


def _distances(
    affine: Affine, outline: Points, depth: Image, slopes: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], Mask]:
    # how deep inside AFTER's skin each point of BEFORE's outline lands, and which way
    moved = apply_affine(affine, outline)
    height, width = depth.shape
    columns, rows = np.rint(moved).astype(np.intp).T
    inside = (columns >= _BORDER_PX) & (columns < width - _BORDER_PX)
    inside &= (rows >= _BORDER_PX) & (rows < height - _BORDER_PX)
    at = rows.clip(0, height - 1), columns.clip(0, width - 1)
    return depth[at].astype(np.float64), slopes[at].astype(np.float64), inside


def _outline(skin: Mask, near_xy: Points, width: float) -> Points:
    contours, _ = cv2.findContours(
        skin.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    step = max(1, round(_STEP_WIDTHS * width))
    every = [np.asarray(line, np.float64).reshape(-1, 2)[::step] for line in contours]
    points = np.concatenate(every) if every else np.empty((0, 2))
    limit = np.array(skin.shape[::-1]) - 1 - _BORDER_PX
    points = points[((points > _BORDER_PX) & (points < limit)).all(axis=1)]
    apart = np.linalg.norm(points[:, None] - near_xy[None], axis=2)
    near = np.asarray(apart.min(axis=1, initial=np.inf) < _NEAR_WIDTHS * width)
    return np.asarray(points[near])


def _signed_depth(skin: Mask) -> Image:
    within, beside = (
        cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
        for mask in (skin, ~skin)
    )
    return np.asarray(within - beside, np.float32)
