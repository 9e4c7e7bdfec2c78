"""The pose through points marked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.automatic import FoundPose, find_automatically
from vein_imaging.comparison.aligning.by_hand import (
    near_points,
    own_errors,
    spline_through,
)
from vein_imaging.comparison.aligning.by_outline import fit_outline
from vein_imaging.comparison.aligning.candidate import (
    Candidate,
    candidate_from,
    passes,
    with_agreement,
)
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.pose import LimbPose, grid_of
from vein_imaging.comparison.aligning.transform import Transform, apply_affine
from vein_imaging.comparison.aligning.working import Working
from vein_imaging.words import translate as _

__all__ = ["find_by_marks"]

_AGREES_WIDTHS = 0.05
"""A pose that leaves points marked by hand further off contradicts the person."""
_CONTRADICTS_WIDTHS = 0.15
"""Points that do not foresee each other to within this are on different places."""
_REACH_WIDTHS = 1.0, 2.0
"""Of two or three points from one to the next: beyond the first, a limb that bends adds
to what is foreseen, and up to the second it is allowed for."""
_OUTLINES_WIDTHS = 0.05
"""Two outlines of one limb: further apart, they bear no witness to two or three
points."""
_SPLINE = 4  # points, from which on they need no outline


def find_by_marks(working: Working, control: Matches) -> FoundPose:
    """Find how the limb of AFTER lies on that of BEFORE, where a person said where.

    Patches of skin decide where they can; else the search without the points, where it
    leads to them; else the map through the points is shown with its own error, to which
    two or three need the outline as well.

    Parameters
    ----------
    working : Working
    control : Matches
        Px of the pictures.

    Returns
    -------
    FoundPose
    """
    before, after = working.limbs_under(control)
    points = Matches(
        (control.before_xy + 0.5) * before.scale - 0.5,
        (control.after_xy + 0.5) * after.scale - 0.5,
    )
    count = len(points.before_xy)
    by_hand = _("aligned from {inliers} points marked by hand").format(inliers=count)
    start, errors, outlines = _through(before, after, points)
    confirmed = candidate_from(before, after, start, "by hand", points)
    if confirmed is not None:
        # the person is the second witness
        confirmed = with_agreement(confirmed, 0.0)
        if passes(confirmed):
            return FoundPose(confirmed, "classical", (by_hand,))
    found = find_automatically(working)
    best = found.candidate
    if passes(best) and _miss_widths(best, control) < _AGREES_WIDTHS:
        return replace(found, doubts=(by_hand,))
    allowed = _CONTRADICTS_WIDTHS * (
        1.0 if count >= _SPLINE else _reach(points, before)
    )
    if np.median(errors) > allowed or not outlines < _OUTLINES_WIDTHS:
        return replace(found, candidate=confirmed)
    alone = Candidate(
        "by hand",
        LimbPose(start, points, count),
        near_points(before, points) & start.warp_mask(after.skin),
        np.empty((0, 2)),
        None,
        (before, after),
    )
    doubt = _what_it_rests_on(by_hand, count, float(np.median(errors)), outlines)
    return FoundPose(alone, found.matcher, (doubt,), tuple(errors.tolist()))


def _through(
    before: LimbFrame, after: LimbFrame, points: Matches
) -> tuple[Transform, NDArray[np.float64], float]:
    """The map, how far each point is from where the rest puts it, outlines apart.

    In widths of the limb. Four points or more are not held against the outline.
    """
    spline = spline_through(before, after, points)
    width, count = before.width_px, len(points.before_xy)
    if count >= _SPLINE:
        return spline, own_errors(points, width) / width, 0.0
    first = spline.affine
    fit = fit_outline(before, after, points, first)
    errors = np.empty(count)
    for left in range(count):
        rest = np.arange(count) != left
        others = Matches(points.before_xy[rest], points.after_xy[rest])
        without = fit_outline(before, after, others, first)
        landed = apply_affine(without.affine, points.before_xy[[left]])
        errors[left] = np.hypot(*(landed - points.after_xy[[left]])[0]) / width
    if not np.isfinite(fit.apart):
        return spline, errors, fit.apart
    return grid_of(before, after, fit.affine), errors, fit.apart


def _reach(points: Matches, before: LimbFrame) -> float:
    # how far it is from a point to the nearest other, median
    apart = np.linalg.norm(points.before_xy[:, None] - points.before_xy[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    reach = float(np.median(apart.min(axis=1))) / before.width_px
    return min(max(reach, _REACH_WIDTHS[0]), _REACH_WIDTHS[1])


def _what_it_rests_on(by_hand: str, count: int, error: float, outlines: float) -> str:
    if count >= _SPLINE:
        return _(
            "{points}; no patch of skin confirms them, and each is {error:.1f} % of "
            "the limb's width from where the others put it (median)"
        ).format(points=by_hand, error=100 * error)
    return _(
        "{points} and the limb's outline; no patch of skin confirms them: each is "
        "{error:.1f} % of the limb's width from where the rest puts it (median), and "
        "the outlines lie {outlines:.1f} % apart"
    ).format(points=by_hand, error=100 * error, outlines=100 * outlines)


def _miss_widths(candidate: Candidate | None, points: Matches) -> float:
    # how far a pose leaves points of the pictures, median in widths of the limb
    if candidate is None:
        return float("inf")
    before, after = candidate.frames
    at = (points.before_xy + 0.5) * before.scale - 0.5
    landed = candidate.pose.transform.to_after(at[:, ::-1])[:, ::-1]
    off = landed - ((points.after_xy + 0.5) * after.scale - 0.5)
    return float(np.median(np.hypot(*off.T))) / before.width_px
