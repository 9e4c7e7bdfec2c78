"""The search for the pose: cheap seeds first, dearer ones where they leave doubt."""

from __future__ import annotations

from dataclasses import dataclass

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.candidate import (
    Candidate,
    better,
    claimed_share,
    hits_of,
    maps_apart,
    passes,
    turned_back,
    with_agreement,
)
from vein_imaging.comparison.aligning.limb_frame import quarter_turns
from vein_imaging.comparison.aligning.seeds import (
    from_learned,
    from_limbs,
    from_spots,
    from_texture,
    texture_fit,
)
from vein_imaging.comparison.aligning.working import Working, inside
from vein_imaging.comparison.learned.matcher import learned_matcher

__all__ = ["FoundPose", "find_automatically"]

_ENOUGH, _COVERED = 0.75, 0.6
"""Of the check blocks hit, and of the skin claimed: learned matches would add little,
and take ten seconds."""
_DECISIVE = 0.5  # of the check blocks hit: no other classical seed need be tried


@dataclass(frozen=True, slots=True, eq=False)
class FoundPose:
    """The best pose that was found.

    Parameters
    ----------
    candidate : Candidate or None
    matcher : "classical" | "learned" | "not installed"
    doubts : tuple of str
    mark_errors : tuple of widths of the limb
        Where it only goes through points marked by hand: how far each is from where the
        others put it. Empty where patches prove it.
    """

    candidate: Candidate | None
    matcher: str
    doubts: tuple[str, ...] = ()
    mark_errors: tuple[float, ...] = ()


def find_automatically(working: Working) -> FoundPose:
    """Find how the limb of AFTER lies on that of BEFORE, as a person finds it.

    Parameters
    ----------
    working : Working

    Returns
    -------
    FoundPose
    """
    before, after = working.frames
    best = from_spots(before, after)
    if hits_of(best) < _DECISIVE:
        best = better(best, _by_texture(working))
    if not passes(best):
        best = better(best, from_limbs(working.choices))
    matcher = "classical"
    if hits_of(best) < _ENOUGH or claimed_share(best) < _COVERED:
        best, matcher = _with_learned(working, best)
    for turn in quarter_turns(before, after)[1:]:
        if passes(best):
            break
        turned = from_spots(before, after.turned(turn))
        if turned is not None:
            best = better(best, turned_back(turned, after, turn))
    return FoundPose(best, matcher)


def _by_texture(working: Working) -> Candidate | None:
    one, other = working.surfaces
    fit = texture_fit(
        (one.flat, other.flat),
        (inside(one.usable), inside(other.usable)),
        working.scales,
    )
    if fit is None:
        return None
    frames = working.limbs_under(fit.inliers)
    return from_texture(*frames, fit)


def _with_learned(
    working: Working, classical: Candidate | None
) -> tuple[Candidate | None, str]:
    matcher = learned_matcher()
    if matcher is None:
        return classical, "not installed"
    one, other = working.views
    skins = one.skin, other.skin
    limbs = classical is not None and classical.frames[0] is not working.frames[0]
    if classical is not None and limbs and passes(classical):
        ours, theirs = classical.frames
        skins = one.skin & ours.skin_at(one.skin), other.skin & theirs.skin_at(skins[1])
    matches = Matches(
        *matcher.match((one.picture, skins[0]), (other.picture, skins[1]))
    )
    frames = working.limbs_under(matches)
    learned = from_learned(*frames, matches)
    if learned is None:
        return classical, "learned"
    if classical is not None:
        apart = maps_apart(learned, classical)
        classical = with_agreement(classical, apart)
        learned = with_agreement(learned, apart)
    return better(classical, learned), "learned"
