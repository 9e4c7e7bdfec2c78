"""A pose that may be right, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.claim import Evidence, claimed, evidence_of
from vein_imaging.comparison.aligning.gate import failures_of_pose
from vein_imaging.comparison.aligning.limb_frame import LimbFrame, Turn
from vein_imaging.comparison.aligning.pose import LimbPose, check_pose, fine_pose
from vein_imaging.comparison.aligning.transform import Transform, apply_affine
from vein_imaging.imaging.arrays import Mask

__all__ = [
    "Candidate",
    "Seed",
    "better",
    "candidate_from",
    "claimed_share",
    "hits_of",
    "maps_apart",
    "passes",
    "proven_by",
    "turned_back",
    "with_agreement",
]

Seed = Literal["spots", "texture", "learned", "by hand"]


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
    frames : LimbFrame, LimbFrame
        The two limbs it is between.
    """

    seed: Seed
    pose: LimbPose
    claim: Mask
    hits_xy: NDArray[np.float64]
    evidence: Evidence | None
    frames: tuple[LimbFrame, LimbFrame]


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
    hits_xy = check.before_xy[check.hit]
    return Candidate(seed, pose, claim, hits_xy, evidence, (before, after))


def maps_apart(one: Candidate, other: Candidate) -> float:
    """Median distance of two maps where both are claimed, in widths of the limb.

    Parameters
    ----------
    one, other : Candidate

    Returns
    -------
    float
        inf where they claim nothing in common.
    """
    (before, after), (its_before, its_after) = one.frames, other.frames
    theirs = other.pose.transform.between(
        (its_before.scale / before.scale, its_after.scale / after.scale),
        before.shape,
        after.shape,
    )
    claim = cv2.resize(
        other.claim.astype(np.uint8),
        before.shape[::-1],
        interpolation=cv2.INTER_NEAREST,
    )
    points = np.argwhere((one.claim & (claim > 0))[::4, ::4]) * 4.0
    if not len(points):
        return float("inf")
    off = one.pose.transform.to_after(points) - theirs.to_after(points)
    return float(np.median(np.hypot(*off.T))) / before.width_px


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
    return replace(candidate, pose=pose, frames=(candidate.frames[0], after))


def hits_of(candidate: Candidate | None) -> float:
    """Share of the check blocks that hit; -1 where nothing was checked.

    Parameters
    ----------
    candidate : Candidate or None
    """
    if candidate is None or candidate.evidence is None:
        return -1.0
    return candidate.evidence.hit_share


def proven_by(candidate: Candidate | None) -> float:
    """How much skin the check blocks that hit stand for; -1 where none was checked.

    Parameters
    ----------
    candidate : Candidate or None

    Returns
    -------
    float
        Px of BEFORE, up to a factor: limbs of different widths have blocks of different
        sizes.
    """
    if candidate is None or candidate.evidence is None:
        return -1.0
    before = candidate.frames[0]
    return len(candidate.hits_xy) * (before.width_px / before.scale) ** 2


def passes(candidate: Candidate | None) -> bool:
    """Whether what speaks for it is enough."""
    evidence = None if candidate is None else candidate.evidence
    return evidence is not None and not failures_of_pose(evidence)


def better(one: Candidate | None, other: Candidate | None) -> Candidate | None:
    """Choose one that is believed before one that is not; then what proves more.

    Parameters
    ----------
    one, other : Candidate or None

    Returns
    -------
    Candidate or None
        `one` where neither is better.
    """
    ranks = [(passes(each), proven_by(each)) for each in (one, other)]
    return one if ranks[0] >= ranks[1] else other


def claimed_share(candidate: Candidate | None) -> float:
    """Share of the limb's skin that is claimed, 0 to 1.

    Parameters
    ----------
    candidate : Candidate or None
    """
    if candidate is None:
        return 0.0
    skin = max(1, int(np.count_nonzero(candidate.frames[0].skin)))
    return np.count_nonzero(candidate.claim) / skin
