"""Candidates for the pose, from seeds that differ, each with what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import (
    Matches,
    fit_affine,
    match_keypoints,
)
from vein_imaging.comparison.aligning.claim import Evidence, claimed, evidence_of
from vein_imaging.comparison.aligning.constellation import poses_by_spots
from vein_imaging.comparison.aligning.limb_frame import LimbFrame, Turn
from vein_imaging.comparison.aligning.local_affine import clean_matches, map_through
from vein_imaging.comparison.aligning.pose import (
    LEAST_MATCHES,
    LimbPose,
    check_pose,
    coarse_pose,
    fine_pose,
    grid_of,
)
from vein_imaging.comparison.aligning.transform import Affine, Transform, apply_affine
from vein_imaging.imaging.arrays import Mask

__all__ = [
    "Candidate",
    "Seed",
    "candidate_from",
    "from_learned",
    "from_spots",
    "from_texture",
    "hits_of",
    "maps_apart",
    "proven_by",
    "turned_back",
    "with_agreement",
]

Seed = Literal["spots", "texture", "learned", "by hand"]
_POSES = 6  # by spots; the plain overlay is a seventh
_COARSE_SHARE = 0.5  # of the frame's size: large blocks need no small detail
_GO_ON = 2  # of the coarse poses
_CERTAIN = 0.5  # of the check blocks hit: no other pose can do so as well


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A pose and what speaks for it.

    Parameters
    ----------
    seed : "spots" | "texture" | "learned" | "by hand"
        What the search began with.
    pose : LimbPose
    claim : (h, w) bool
        In BEFORE's frame.
    hits_xy : (N, 2) px
        CheckBlocks blocks that hit.
    evidence : Evidence or None
        None where it is only the map through points marked by hand.
    """

    seed: Seed
    pose: LimbPose
    claim: Mask
    hits_xy: NDArray[np.float64]
    evidence: Evidence | None


def candidate_from(
    before: LimbFrame,
    after: LimbFrame,
    start: Transform,
    seed: Seed,
    given: Matches | None = None,
) -> Candidate | None:
    """Refine a first map and ask what speaks for it.

    Parameters
    ----------
    before, after : LimbFrame
    start : Transform
    seed : Seed
    given : Matches, optional
        Join the blocks' matches.

    Returns
    -------
    Candidate or None
    """
    pose = fine_pose(before, after, start, given)
    if pose is None:
        return None
    check = check_pose(before, after, pose)
    claim = claimed(before, after, pose, check)
    evidence = evidence_of(pose, check, claim, before.width_px)
    return Candidate(seed, pose, claim, check.before_xy[check.hit], evidence)


def from_spots(before: LimbFrame, after: LimbFrame) -> Candidate | None:
    """Try the constellation's poses and the plain overlay.

    Parameters
    ----------
    before, after : LimbFrame

    Returns
    -------
    Candidate or None
        The one that most check blocks confirm.
    """
    overlay = _overlay(before, after)
    poses = [overlay, *poses_by_spots(before, after, overlay, _POSES)]
    small = before.reduced(_COARSE_SHARE), after.reduced(_COARSE_SHARE)
    ratio = small[0].scale / before.scale, small[1].scale / after.scale
    tried = []
    for pose in poses:
        start = grid_of(before, after, pose).between(
            (1 / ratio[0], 1 / ratio[1]), small[0].shape, small[1].shape
        )
        coarse = coarse_pose(*small, start.affine)
        if coarse is not None:
            tried.append(coarse)
    tried.sort(key=lambda pose: -pose.agreeing)
    best: Candidate | None = None
    for coarse in tried[:_GO_ON]:
        start = coarse.transform.between(ratio, before.shape, after.shape)
        found = candidate_from(before, after, start, "spots")
        if found is None:
            continue
        if best is None or proven_by(found) > proven_by(best):
            best = found
        if hits_of(best) > _CERTAIN:
            break
    return best


def from_texture(
    before: LimbFrame,
    after: LimbFrame,
    flats: tuple[NDArray[np.float32], NDArray[np.float32]],
    masks: tuple[Mask, Mask],
    scales: tuple[float, float],
) -> Candidate | None:
    """Try the affine map most keypoints agree on, however far it turns.

    Parameters
    ----------
    before, after : LimbFrame
    flats : two (h, w) float32
        Flat pictures at the working size.
    masks : two (h, w) bool
        Where keypoints may lie.
    scales : two floats
        Px of the working size per px of the picture.

    Returns
    -------
    Candidate or None
    """
    fit = fit_affine(match_keypoints(*flats, *masks))
    if fit is None:
        return None
    affine = Transform(
        fit.affine, np.zeros((2, 2, 2)), 0.0, 1.0, (1, 1), (1, 1)
    ).between((scales[0] / before.scale, scales[1] / after.scale), (1, 1), (1, 1))
    return candidate_from(
        before, after, grid_of(before, after, affine.affine), "texture"
    )


def from_learned(
    before: LimbFrame, after: LimbFrame, matches: Matches
) -> Candidate | None:
    """Try the map through learned matches.

    Parameters
    ----------
    before, after : LimbFrame
    matches : Matches
        Px of the pictures.

    Returns
    -------
    Candidate or None
    """
    ours = (matches.before_xy + 0.5) * before.scale - 0.5
    theirs = (matches.after_xy + 0.5) * after.scale - 0.5
    if len(ours) < LEAST_MATCHES:
        return None
    kept = clean_matches(ours, theirs, before.width_px)
    if np.count_nonzero(kept) < LEAST_MATCHES:
        return None
    given = Matches(ours[kept], theirs[kept])
    empty = grid_of(before, after, np.eye(2, 3))
    start = map_through(given, before.width_px, empty)
    return candidate_from(before, after, start, "learned", given)


def maps_apart(one: Candidate, other: Candidate, width_px: float) -> float:
    """Median distance of two maps where both are claimed, in widths of the limb.

    Parameters
    ----------
    one, other : Candidate
    width_px : px

    Returns
    -------
    float
        inf where they claim nothing in common.
    """
    points = np.argwhere((one.claim & other.claim)[::4, ::4]) * 4.0
    if not len(points):
        return float("inf")
    off = one.pose.transform.to_after(points) - other.pose.transform.to_after(points)
    return float(np.median(np.hypot(*off.T))) / width_px


def with_agreement(candidate: Candidate, apart: float) -> Candidate:
    """Note how far the other kind of seeds leads from this one.

    Parameters
    ----------
    candidate : Candidate
    apart : widths of the limb
    """
    if candidate.evidence is None:
        return candidate
    return replace(candidate, evidence=replace(candidate.evidence, apart=apart))


def turned_back(candidate: Candidate, after: LimbFrame, turn: Turn) -> Candidate:
    """Lead a candidate found with AFTER turned to AFTER as it is.

    Parameters
    ----------
    candidate : Candidate
    after : LimbFrame
        As it is.
    turn : int
        Quarter turns it was found with.
    """
    back = after.turned_back(turn)
    matches = candidate.pose.matches
    pose = LimbPose(
        candidate.pose.transform.then(back, after.shape),
        Matches(matches.before_xy, apply_affine(back, matches.after_xy)),
        candidate.pose.offered,
    )
    return replace(candidate, pose=pose)


def hits_of(candidate: Candidate | None) -> float:
    """Share of the check blocks that hit; -1 where nothing was checked.

    Parameters
    ----------
    candidate : Candidate or None
    """
    if candidate is None or candidate.evidence is None:
        return -1.0
    return candidate.evidence.hit_share


def proven_by(candidate: Candidate | None) -> int:
    """How many check blocks hit; -1 where nothing was checked.

    Parameters
    ----------
    candidate : Candidate or None
    """
    if candidate is None or candidate.evidence is None:
        return -1
    return len(candidate.hits_xy)


def _overlay(before: LimbFrame, after: LimbFrame) -> Affine:
    # both limbs have one width: laid onto each other by the middle of the frames
    shift = (np.array(after.shape[::-1]) - np.array(before.shape[::-1])) / 2
    return np.column_stack([np.eye(2), shift]).astype(np.float64)
