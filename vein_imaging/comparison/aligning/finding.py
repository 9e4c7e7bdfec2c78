"""The search for the pose: cheap seeds first, dearer ones where they leave doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.by_hand import (
    near_points,
    own_errors,
    spline_through,
)
from vein_imaging.comparison.aligning.gate import failures_of_pose
from vein_imaging.comparison.aligning.limb_frame import LimbFrame, quarter_turns
from vein_imaging.comparison.aligning.pose import LimbPose
from vein_imaging.comparison.aligning.seeds import (
    Candidate,
    candidate_from,
    from_learned,
    from_spots,
    from_texture,
    hits_of,
    maps_apart,
    proven_by,
    turned_back,
    with_agreement,
)
from vein_imaging.comparison.aligning.working import Working, inside
from vein_imaging.comparison.learned.matcher import learned_matcher
from vein_imaging.words import translate as _

__all__ = ["FoundPose", "find_pose"]

_ENOUGH, _COVERED = 0.75, 0.6
"""Of the check blocks hit, and of the skin claimed: learned matches would add little,
and take ten seconds."""
_DECISIVE = 0.5  # of the check blocks hit: no other classical seed need be tried
_AGREES_WIDTHS = 0.05
"""A pose that leaves points marked by hand further off contradicts the person."""
_CONTRADICTS_WIDTHS = 0.15
"""Points that do not foresee each other to within this are on different places."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundPose:
    """The best pose that was found.

    Parameters
    ----------
    candidate : Candidate or None
    matcher : "classical" | "learned" | "not installed"
    doubts : tuple of str
    proven : bool
        False where it only goes through points marked by hand.
    """

    candidate: Candidate | None
    matcher: str
    doubts: tuple[str, ...] = ()
    proven: bool = True


def find_pose(working: Working, control: Matches | None) -> FoundPose:
    """Find how the limb of AFTER lies on that of BEFORE.

    Parameters
    ----------
    working : Working
    control : Matches or None
        Points marked by hand, px of the pictures.

    Returns
    -------
    FoundPose
    """
    return _automatic(working) if control is None else _marked(working, control)


def _automatic(working: Working) -> FoundPose:
    before, after = working.frames
    turns = quarter_turns(before, after)
    best = _better(None, from_spots(before, after))
    if hits_of(best) < _DECISIVE:
        best = _better(best, _by_texture(working))
    matcher = "classical"
    if hits_of(best) < _ENOUGH or _claimed(best, before) < _COVERED:
        best, matcher = _with_learned(working, best)
    for turn in turns[1:]:
        if _passes(best):
            break
        turned = from_spots(before, after.turned(turn))
        if turned is not None:
            best = _better(best, turned_back(turned, after, turn))
    return FoundPose(best, matcher)


def _by_texture(working: Working) -> Candidate | None:
    one, other = working.surfaces
    return from_texture(
        *working.frames,
        (one.flat, other.flat),
        (inside(one.usable), inside(other.usable)),
        working.scales,
    )


def _with_learned(
    working: Working, classical: Candidate | None
) -> tuple[Candidate | None, str]:
    matcher = learned_matcher()
    if matcher is None:
        return classical, "not installed"
    one, other = ((view.picture, view.skin) for view in working.views)
    learned = from_learned(*working.frames, Matches(*matcher.match(one, other)))
    if learned is None:
        return classical, "learned"
    if classical is not None:
        apart = maps_apart(learned, classical, working.frames[0].width_px)
        classical = with_agreement(classical, apart)
        learned = with_agreement(learned, apart)
    return _better(classical, learned), "learned"


def _marked(working: Working, control: Matches) -> FoundPose:
    before, after = working.frames
    points = Matches(
        (control.before_xy + 0.5) * before.scale - 0.5,
        (control.after_xy + 0.5) * after.scale - 0.5,
    )
    count = len(points.before_xy)
    by_hand = _("aligned from {inliers} points marked by hand").format(inliers=count)
    spline = spline_through(before, after, points)
    confirmed = candidate_from(before, after, spline, "by hand", points)
    if confirmed is not None:
        # the person is the second witness
        confirmed = with_agreement(confirmed, 0.0)
        if _passes(confirmed):
            return FoundPose(confirmed, "classical", (by_hand,))
    found = _automatic(working)
    if found.candidate is not None and _passes(found.candidate):
        off = found.candidate.pose.transform.to_after(points.before_xy[:, ::-1])
        miss = np.hypot(*(off[:, ::-1] - points.after_xy).T)
        if np.median(miss) < _AGREES_WIDTHS * before.width_px:
            return replace(found, doubts=(by_hand,))
    if count < 4:
        return replace(found, candidate=confirmed)
    errors = own_errors(points, before.width_px) / before.width_px
    alone = Candidate(
        "by hand",
        LimbPose(spline, points, count),
        near_points(before, points) & spline.warp_mask(after.skin),
        np.empty((0, 2)),
        None,
    )
    error = _(
        "{points}; no patch of skin confirms them, and each is {error:.1f} % of the "
        "limb's width from where the others put it (median)"
    ).format(points=by_hand, error=100 * float(np.median(errors)))
    if np.median(errors) > _CONTRADICTS_WIDTHS:
        return FoundPose(confirmed, found.matcher)
    return FoundPose(alone, found.matcher, (error,), proven=False)


def _better(one: Candidate | None, other: Candidate | None) -> Candidate | None:
    # one that is believed before one that is not; then the one that proves more
    ranks = [(_passes(each), proven_by(each)) for each in (one, other)]
    return one if ranks[0] >= ranks[1] else other


def _passes(candidate: Candidate | None) -> bool:
    evidence = None if candidate is None else candidate.evidence
    return evidence is not None and not failures_of_pose(evidence)


def _claimed(candidate: Candidate | None, before: LimbFrame) -> float:
    claimed = 0 if candidate is None else np.count_nonzero(candidate.claim)
    return claimed / max(1, int(np.count_nonzero(before.skin)))
