"""Where a pose is proven, and whether that is enough to show two pictures as one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.local_affine import left_out_errors
from vein_imaging.comparison.aligning.pose import CheckBlocks, LimbPose, near_matches
from vein_imaging.imaging.arrays import Mask

__all__ = ["Evidence", "claimed", "evidence_of"]

_CHECKED_BY, _LEAST_LOCAL = 16, 0.45
_STRETCH = 2.5  # of area, against the whole limb: skin does not stretch further
_UNKNOWN = 1e3  # widths of the limb: an error that nothing says anything about
_RIM_WIDTHS = 0.02  # what looks like skin at its outline may be what lies behind


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a pose.

    Parameters
    ----------
    hit_share : 0 to 1
        Of check blocks, those that look most alike where the map says. Of true pairs
        .54 to .94, of different people at most .21; chance is .03.
    checked : int
        CheckBlocks blocks.
    matches, offered : int
        Matches that agree, of those found.
    error_median, error_p90 : widths of the limb
        Of matches from the map through the others, by cells left out; where proven.
    scale : float
        AFTER over BEFORE, of limbs drawn to one width.
    turn_deg : degrees
    apart : widths of the limb
        Median distance between this map and the one from seeds of the other kind; nan
        where there is none.
    """

    hit_share: float
    checked: int
    matches: int
    offered: int
    error_median: float
    error_p90: float
    scale: float
    turn_deg: float
    apart: float = np.nan


def evidence_of(
    pose: LimbPose, check: CheckBlocks, claim: Mask, width_px: float
) -> Evidence:
    """Weigh a pose.

    Parameters
    ----------
    pose : LimbPose
    check : CheckBlocks
    claim : (h, w) bool
        Where it is proven.
    width_px : px
        Of the limb.
    """
    errors = left_out_errors(pose.matches, width_px) / width_px
    columns, rows = np.rint(pose.matches.before_xy).astype(int).T
    proven = claim[rows.clip(0, len(claim) - 1), columns.clip(0, claim.shape[1] - 1)]
    # no figure where no other part foresees a match: a percentile of inf is none
    errors = np.minimum(errors[proven], _UNKNOWN)
    errors = errors if proven.any() else np.array([_UNKNOWN])
    matrix = pose.transform.affine[:, :2]
    return Evidence(
        hit_share=check.share,
        checked=int(check.hit.size),
        matches=pose.agreeing,
        offered=pose.offered,
        error_median=float(np.median(errors)),
        error_p90=float(np.percentile(errors, 90)),
        scale=pose.transform.scale(),
        turn_deg=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
    )


def claimed(
    before: LimbFrame, after: LimbFrame, pose: LimbPose, check: CheckBlocks
) -> Mask:
    """Find where a pose is proven: matches are near, check blocks hit, both are skin.

    Parameters
    ----------
    before, after : LimbFrame
    pose : LimbPose
    check : CheckBlocks

    Returns
    -------
    (h, w) bool
        In BEFORE's frame.
    """
    nothing = np.zeros(before.shape, np.bool_)
    if not check.hit.size or not pose.agreeing:
        return nothing
    rows, columns = np.mgrid[1.5 : before.shape[0] : 4, 1.5 : before.shape[1] : 4]
    nodes = np.column_stack([columns.ravel(), rows.ravel()])
    near = near_matches(pose, nodes, before.width_px)
    count = min(_CHECKED_BY, check.hit.size)
    around = np.asarray(cKDTree(check.before_xy).query(nodes, count)[1])
    local = check.hit[around.reshape(len(nodes), -1)].mean(axis=1)
    smooth = _smooth(pose)
    at = np.rint(nodes / pose.transform.step_px).astype(int)
    i, j = (at[:, k].clip(0, smooth.shape[1 - k] - 1) for k in (1, 0))
    near &= smooth[i, j]
    good = (near & (local >= _LEAST_LOCAL)).reshape(rows.shape).astype(np.uint8)
    size = (columns.shape[1] * 4, rows.shape[0] * 4)
    mask = cv2.resize(good, size, interpolation=cv2.INTER_NEAREST).astype(np.bool_)
    mask = np.pad(mask, ((0, 4), (0, 4)))[: before.shape[0], : before.shape[1]]
    mask &= _inner(before)
    return np.asarray(mask & pose.transform.warp_mask(_inner(after)))


def _inner(frame: LimbFrame) -> Mask:
    # the picture's border is no outline of the skin
    side = 2 * max(1, round(_RIM_WIDTHS * frame.width_px)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.erode(frame.skin.astype(np.uint8), kernel) > 0)


def _smooth(pose: LimbPose) -> Mask:
    # nodes around which the map neither folds, nor mirrors, nor stretches out of reason
    transform = pose.transform
    field = transform.displacement_xy / transform.step_px
    across = np.gradient(field, axis=1) + transform.affine[:, 0]
    down = np.gradient(field, axis=0) + transform.affine[:, 1]
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    whole = float(np.linalg.det(transform.affine[:, :2]))
    if whole <= 0:
        return np.zeros(area.shape, np.bool_)
    return np.asarray((area > whole / _STRETCH) & (area < whole * _STRETCH))
