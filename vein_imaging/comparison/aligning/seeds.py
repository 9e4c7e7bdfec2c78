"""Candidates for the pose, from seeds that differ, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import (
    AffineFit,
    Matches,
    fit_affine,
    match_keypoints,
)
from vein_imaging.comparison.aligning.candidate import (
    Candidate,
    candidate_from,
    hits_of,
    proven_by,
)
from vein_imaging.comparison.aligning.choices import LimbChoice
from vein_imaging.comparison.aligning.constellation import (
    differing,
    poses_by_spots,
)
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.local_affine import clean_matches, map_through
from vein_imaging.comparison.aligning.pose import (
    LEAST_MATCHES,
    coarse_pose,
    grid_of,
)
from vein_imaging.comparison.aligning.transform import Affine, Transform
from vein_imaging.imaging.arrays import Mask

__all__ = [
    "RoughPose",
    "from_learned",
    "from_limbs",
    "from_rough",
    "from_spots",
    "from_texture",
    "rough_by_spots",
    "texture_fit",
]

_POSES = 6  # by spots; one or two overlays come before them
_COARSE_SHARE = 0.5  # of the frame's size: large blocks need no small detail
_GO_ON, _LIMBS_GO_ON = 2, 3  # of the coarse poses, and of the limbs that were tried
_PROMISING = 100
"""Blocks that agree: right coarse poses have 100 to 300, and the other limbs need not
be tried."""
_CERTAIN = 0.5  # of the check blocks hit: no other pose can do so as well


@dataclass(frozen=True, slots=True, eq=False)
class RoughPose:
    """A first guess that large blocks were asked about.

    Parameters
    ----------
    start : Transform
    agreeing : int
        Blocks that agree with it.
    frames : LimbFrame, LimbFrame
    """

    start: Transform
    agreeing: int
    frames: tuple[LimbFrame, LimbFrame]


def rough_by_spots(before: LimbFrame, after: LimbFrame) -> list[RoughPose]:
    """Ask large blocks about the constellation's poses and the plain overlay.

    Parameters
    ----------
    before, after : LimbFrame

    Returns
    -------
    list of RoughPose
        The one that most blocks agree with first.
    """
    by_limbs, by_pictures = _overlays(before, after)
    poses = differing([by_pictures, by_limbs], before, 2)
    poses += poses_by_spots(before, after, by_limbs, _POSES)
    small = before.reduced(_COARSE_SHARE), after.reduced(_COARSE_SHARE)
    ratio = small[0].scale / before.scale, small[1].scale / after.scale
    tried = []
    for pose in poses:
        start = grid_of(before, after, pose).between(
            (1 / ratio[0], 1 / ratio[1]), small[0].shape, small[1].shape
        )
        coarse = coarse_pose(*small, start.affine)
        if coarse is not None:
            full = coarse.transform.between(ratio, before.shape, after.shape)
            tried.append(RoughPose(full, coarse.agreeing, (before, after)))
    return sorted(tried, key=lambda rough: -rough.agreeing)


def from_rough(tried: Sequence[RoughPose]) -> Candidate | None:
    """Refine first guesses until one is certain.

    Parameters
    ----------
    tried : sequence of RoughPose
        Those worth it, the most promising first.

    Returns
    -------
    Candidate or None
        The one that most check blocks confirm.
    """
    best: Candidate | None = None
    for rough in tried:
        found = candidate_from(*rough.frames, rough.start, "spots")
        if found is None:
            continue
        if best is None or proven_by(found) > proven_by(best):
            best = found
        if hits_of(best) > _CERTAIN:
            break
    return best


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
    return from_rough(rough_by_spots(before, after)[:_GO_ON])


def from_limbs(choices: Sequence[LimbChoice]) -> Candidate | None:
    """Try limbs of the one picture as limbs of the other.

    Parameters
    ----------
    choices : sequence of LimbChoice

    Returns
    -------
    Candidate or None
        The one that most check blocks confirm.
    """
    rough: list[RoughPose] = []
    for each in choices:
        rough += rough_by_spots(*each.frames)[:1]
        if rough and rough[-1].agreeing >= _PROMISING:
            found = from_rough([rough.pop()])
            if hits_of(found) > _CERTAIN:
                return found
    rough.sort(key=lambda pose: -pose.agreeing)
    return from_rough(rough[:_LIMBS_GO_ON])


def texture_fit(
    flats: tuple[NDArray[np.float32], NDArray[np.float32]],
    masks: tuple[Mask, Mask],
    scales: tuple[float, float],
) -> AffineFit | None:
    """Find the affine map most keypoints agree on, however far it turns.

    Parameters
    ----------
    flats : two (h, w) float32
        Flat pictures at the working size.
    masks : two (h, w) bool
        Where keypoints may lie.
    scales : two floats
        Px of the working size per px of the picture.

    Returns
    -------
    AffineFit or None
        Between the pictures as they are.
    """
    fit = fit_affine(match_keypoints(*flats, *masks))
    if fit is None:
        return None
    ours, theirs = (
        (points + 0.5) / scale - 0.5
        for points, scale in zip(
            (fit.inliers.before_xy, fit.inliers.after_xy), scales, strict=True
        )
    )
    return AffineFit(_resized(fit.affine, scales), Matches(ours, theirs))


def from_texture(
    before: LimbFrame, after: LimbFrame, fit: AffineFit
) -> Candidate | None:
    """Try the map of the texture.

    Parameters
    ----------
    before, after : LimbFrame
    fit : AffineFit
        Between the pictures.

    Returns
    -------
    Candidate or None
    """
    affine = _resized(fit.affine, (1 / before.scale, 1 / after.scale))
    return candidate_from(before, after, grid_of(before, after, affine), "texture")


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


def _resized(affine: Affine, scales: tuple[float, float]) -> Affine:
    # between copies of the pictures; scales are px of the one per px of its copy
    plain = Transform(affine, np.zeros((2, 2, 2)), 0.0, 1.0, (1, 1), (1, 1))
    return plain.between(scales, (1, 1), (1, 1)).affine


def _overlays(before: LimbFrame, after: LimbFrame) -> tuple[Affine, Affine]:
    # both limbs have one width: laid onto each other by the middle of the limbs, which
    # may lie on different sides of the two pictures, and by the middle of the pictures
    middles = [_middle(after) - _middle(before)]
    middles.append((np.array(after.shape[::-1]) - np.array(before.shape[::-1])) / 2)
    one, other = (
        np.column_stack([np.eye(2), shift]).astype(np.float64) for shift in middles
    )
    return one, other


def _middle(frame: LimbFrame) -> NDArray[np.float64]:
    columns, rows = (np.flatnonzero(frame.skin.any(axis=axis)) for axis in (0, 1))
    if not rows.size:
        return np.array(frame.shape[::-1]) / 2
    return np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
