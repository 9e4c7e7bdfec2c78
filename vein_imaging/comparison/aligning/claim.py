"""Where a pose is proven, and whether that is enough to show two pictures as one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.local_affine import left_out_errors
from vein_imaging.comparison.aligning.pose import Check, Pose
from vein_imaging.imaging.arrays import Mask

__all__ = ["Evidence", "claimed", "evidence_of"]

_MATCHES_NEAR, _NEAR_WIDTHS = 4, 0.25
_CHECKED_BY, _LEAST_LOCAL = 16, 0.30
_RIM_WIDTHS = 0.02  # what looks like skin at its outline may be what lies behind


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a pose.

    Parameters
    ----------
    hit_share : 0 to 1
        Of check blocks, where they look most alike. Of true pairs .24 to .94, of
        different people at most .15; chance is .03.
    checked : int
        Check blocks.
    matches, offered : int
        Matches that agree, of those found.
    error_median, error_p90 : widths of the limb
        Of matches from the map through the others, by cells left out.
    scale : float
        AFTER over BEFORE, of limbs drawn to one width.
    turn_deg : degrees
    folds : bool
        Whether the map folds or mirrors where it is claimed.
    """

    hit_share: float
    checked: int
    matches: int
    offered: int
    error_median: float
    error_p90: float
    scale: float
    turn_deg: float
    folds: bool


def evidence_of(pose: Pose, check: Check, claim: Mask, width_px: float) -> Evidence:
    """Weigh a pose.

    Parameters
    ----------
    pose : Pose
    check : Check
    claim : (h, w) bool
        Where it is proven.
    width_px : px
        Of the limb.
    """
    errors = left_out_errors(pose.matches, width_px) / width_px
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
        folds=_folds(pose, claim),
    )


def claimed(before: LimbFrame, after: LimbFrame, pose: Pose, check: Check) -> Mask:
    """Find where a pose is proven: matches are near, check blocks hit, both are skin.

    Parameters
    ----------
    before, after : LimbFrame
    pose : Pose
    check : Check

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
    fourth = np.asarray(
        cKDTree(pose.matches.before_xy).query(nodes, min(_MATCHES_NEAR, pose.agreeing))[0]
    )
    near = fourth.reshape(len(nodes), -1)[:, -1] < _NEAR_WIDTHS * before.width_px
    count = min(_CHECKED_BY, check.hit.size)
    around = np.asarray(cKDTree(check.before_xy).query(nodes, count)[1])
    local = check.hit[around.reshape(len(nodes), -1)].mean(axis=1)
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


def _folds(pose: Pose, claim: Mask) -> bool:
    transform = pose.transform
    field = transform.displacement_xy / transform.step_px
    across = np.diff(field, axis=1)[:-1] + transform.affine[:, 0]
    down = np.diff(field, axis=0)[:, :-1] + transform.affine[:, 1]
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    height, width = claim.shape
    steps = transform.step_px * (np.arange(max(area.shape)) + 0.5)
    i = np.clip(steps[: area.shape[0]].astype(int), 0, height - 1)
    j = np.clip(steps[: area.shape[1]].astype(int), 0, width - 1)
    inside = claim[i][:, j]
    whole = float(np.linalg.det(transform.affine[:, :2]))
    return bool((area[inside] < 0.3 * whole).any()) or whole <= 0
