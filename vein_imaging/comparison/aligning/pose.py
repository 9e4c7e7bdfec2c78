"""The pose: a first guess, blocks from coarse to fine, and a check by other blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.local_affine import (
    clean_matches,
    map_through,
)
from vein_imaging.comparison.aligning.search_blocks import BlockSearch, search_blocks
from vein_imaging.comparison.aligning.transform import Affine, Points, Transform
from vein_imaging.imaging.arrays import Mask

__all__ = [
    "CheckBlocks",
    "LimbPose",
    "check_pose",
    "coarse_pose",
    "fine_pose",
    "grid_of",
    "near_matches",
]

_COARSE = (BlockSearch(0.16, 0.14, 0.10), BlockSearch(0.16, 0.07, 0.10))
_FINE = (
    BlockSearch(0.16, 0.09, 0.06),
    BlockSearch(0.14, 0.05, 0.06),
    BlockSearch(0.12, 0.03, 0.06),
    BlockSearch(0.09, 0.025, 0.06),
)
_CHECK = BlockSearch(0.08, 0.11, 0.07, 0.035)
_LEAST_PEAK, _ABOVE_RIVAL = 0.22, 0.08
_GRID_WIDTHS = 0.06  # the step of the blocks: a map knows no more
_HIT_WIDTHS = 0.02
"""Of a search over .11 each way: by chance 3 % of the blocks look most alike there."""
_MATCHES_NEAR, _NEAR_WIDTHS = 4, 0.25
LEAST_MATCHES = 20  # fewer lay no map that bends


@dataclass(frozen=True, slots=True, eq=False)
class LimbPose:
    """A map between two frames, and the matches it goes through.

    Parameters
    ----------
    transform : Transform
    matches : Matches
    offered : int
        Matches before those that disagree were dropped.
    """

    transform: Transform
    matches: Matches
    offered: int

    @property
    def agreeing(self) -> int:
        """How many matches agree."""
        return len(self.matches.before_xy)


@dataclass(frozen=True, slots=True, eq=False)
class CheckBlocks:
    """Blocks on another grid, sought without looking at the map's own.

    Parameters
    ----------
    before_xy : (N, 2) px
    hit : (N,) bool
        The block looks most alike where the map says it lies.
    """

    before_xy: Points
    hit: Mask

    @property
    def share(self) -> float:
        """Share of hits, 0 where nothing could be checked."""
        return float(self.hit.mean()) if self.hit.size else 0.0


def grid_of(before: LimbFrame, after: LimbFrame, affine: Affine) -> Transform:
    """Make a transform that is only an affine map, on the grid of BEFORE."""
    step = _GRID_WIDTHS * before.width_px
    return Transform.plain(affine, step, before.shape, after.shape)


def coarse_pose(before: LimbFrame, after: LimbFrame, affine: Affine) -> LimbPose | None:
    """Try a first guess with large blocks."""
    return _through(before, after, grid_of(before, after, affine), _COARSE, None)


def fine_pose(
    before: LimbFrame,
    after: LimbFrame,
    start: Transform,
    given: Matches | None = None,
) -> LimbPose | None:
    """Refine a map by smaller and smaller blocks.

    Parameters
    ----------
    before, after : LimbFrame
    start : Transform
    given : Matches, optional
        Learned or marked by hand; they join those of the blocks.

    Returns
    -------
    LimbPose or None
        None where too few blocks agree.
    """
    return _through(before, after, start, _FINE, given)


def check_pose(before: LimbFrame, after: LimbFrame, pose: LimbPose) -> CheckBlocks:
    """Ask other blocks, on another grid, whether the map is right.

    Only where matches are near: further off the map is not believed in any case.

    Parameters
    ----------
    before, after : LimbFrame
    pose : LimbPose

    Returns
    -------
    CheckBlocks
    """
    found = search_blocks(before, after, pose.transform, _CHECK)
    asked = near_matches(pose, found.before_xy, before.width_px)
    off = np.hypot(*found.offset_xy[asked].T)
    return CheckBlocks(found.before_xy[asked], off < _HIT_WIDTHS * before.width_px)


def near_matches(pose: LimbPose, points_xy: Points, width_px: float) -> Mask:
    """Which points have four matches near them.

    Parameters
    ----------
    pose : LimbPose
    points_xy : (N, 2) px
    width_px : px
        Of the limb.

    Returns
    -------
    (N,) bool
    """
    if pose.agreeing < _MATCHES_NEAR or not len(points_xy):
        return np.zeros(len(points_xy), np.bool_)
    tree = cKDTree(pose.matches.before_xy)
    distance = np.asarray(tree.query(points_xy, [_MATCHES_NEAR])[0])
    return np.asarray(distance[:, 0] < _NEAR_WIDTHS * width_px)


def _through(
    before: LimbFrame,
    after: LimbFrame,
    start: Transform,
    rounds: Sequence[BlockSearch],
    given: Matches | None,
) -> LimbPose | None:
    transform, pose = start, None
    for how in rounds:
        found = search_blocks(before, after, transform, how)
        clear = found.clear(_LEAST_PEAK, _ABOVE_RIVAL)
        ours, theirs = found.before_xy[clear], found.after_xy[clear]
        if given is not None:
            ours = np.vstack([ours, given.before_xy])
            theirs = np.vstack([theirs, given.after_xy])
        kept = clean_matches(ours, theirs, before.width_px)
        if kept.sum() < LEAST_MATCHES:
            return pose
        matches = Matches(ours[kept], theirs[kept])
        transform = map_through(matches, before.width_px, start)
        pose = LimbPose(transform, matches, len(kept))
    return pose
