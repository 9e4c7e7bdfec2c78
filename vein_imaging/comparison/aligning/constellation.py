"""Poses by the constellation of spots: pairs of BEFORE laid onto pairs of AFTER."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.spots import Spots, find_spots
from vein_imaging.comparison.aligning.transform import Affine, apply_affine
from vein_imaging.imaging.arrays import Plane

__all__ = ["differing", "poses_by_spots"]

_FIRST, _OTHERS = 24, 40
"""Strongest spots of BEFORE that are paired, and of AFTER they are sought among."""
_APART_WIDTHS = 0.5  # two spots nearer than that give no direction
_SCALES = (0.72, 1.38)
"""Of limbs drawn to one width: their widths were told to within so much."""
_TURN = np.radians(25.0)
_ALIKE = 1.2  # logarithm of the ratio of the strengths of one mole in two pictures
_TOLERANCE_WIDTHS = 0.03  # of the limb: a similarity misses a bent limb by so much
_MOST = 60000  # poses that are scored
_DIFFER_WIDTHS = 0.08  # nearer poses end at the same place after large blocks


def poses_by_spots(
    before: LimbFrame, after: LimbFrame, overlay: Affine, count: int
) -> list[Affine]:
    """Find the poses under which most spots of BEFORE fall on spots of AFTER.

    Parameters
    ----------
    before, after : LimbFrame
    overlay : (2, 3) float64
        About how the limb lies: poses turned further from it than 25 degrees, or away
        by more than the limb's width, are not tried.
    count : int
        How many that differ.

    Returns
    -------
    list of (2, 3) float64
        Best first.
    """
    spots, others = find_spots(before), find_spots(after)
    if min(len(spots.xy), len(others.xy)) < 6:
        return []
    poses = _poses(spots, others, overlay, before.width_px)
    if not len(poses):
        return []
    scores = _scores(poses, spots, others, after)
    order = np.argsort(-scores, kind="stable")
    return differing([_affine(poses[i]) for i in order[:400]], before, count)


def differing(poses: list[Affine], before: LimbFrame, count: int) -> list[Affine]:
    """Keep the first poses that take the limb to different places.

    Parameters
    ----------
    poses : list of (2, 3) float64
    before : LimbFrame
    count : int
    """
    rows, columns = np.nonzero(before.skin[::8, ::8])
    if not rows.size:
        return poses[:count]
    places = np.column_stack([columns, rows])[:: max(1, rows.size // 50)]
    marks = places.astype(np.float64) * 8
    kept: list[Affine] = []
    for pose in poses:
        moved = apply_affine(pose, marks)
        if all(
            np.median(np.hypot(*(apply_affine(k, marks) - moved).T))
            > _DIFFER_WIDTHS * before.width_px
            for k in kept
        ):
            kept.append(pose)
        if len(kept) == count:
            break
    return kept


def _affine(pose: NDArray[np.complex128]) -> Affine:
    turn, shift = pose
    return np.array(
        [
            [turn.real, -turn.imag, shift.real],
            [turn.imag, turn.real, shift.imag],
        ]
    )


def _poses(
    spots: Spots, others: Spots, overlay: Affine, width: float
) -> NDArray[np.complex128]:
    """Similarities z -> turn z + shift as complex pairs (turn, shift)."""
    p = spots.xy[:_FIRST] @ np.array([1, 1j])
    q = others.xy[:_OTHERS] @ np.array([1, 1j])
    expected = apply_affine(overlay, spots.xy[:_FIRST]) @ np.array([1, 1j])
    alike = (
        np.abs(np.log(others.strength[None, :_OTHERS] / spots.strength[:_FIRST, None]))
        < _ALIKE
    ) & (np.abs(q[None, :] - expected[:, None]) < width)
    upright = complex(overlay[0, 0], overlay[1, 0])
    found = []
    for i in range(len(p)):
        for j in range(i + 1, len(p)):
            step = p[j] - p[i]
            if abs(step) < _APART_WIDTHS * width:
                continue
            turn = (q[None, :] - q[:, None]) / step
            relative = turn / upright
            size = np.abs(relative)
            fits = (size > _SCALES[0]) & (size < _SCALES[1])
            fits &= np.abs(np.angle(relative)) < _TURN
            fits &= alike[i][:, None] & alike[j][None, :]
            a, b = np.nonzero(fits)
            found.append(np.column_stack([turn[a, b], q[a] - turn[a, b] * p[i]]))
    if not found:
        return np.empty((0, 2), np.complex128)
    poses = np.concatenate(found)
    return poses[:: max(1, -(-len(poses) // _MOST))]


def _scores(
    poses: NDArray[np.complex128], spots: Spots, others: Spots, after: LimbFrame
) -> NDArray[np.float64]:
    # nearest spot of AFTER by a picture of labels: one look-up for each spot and pose
    seeds: Plane = np.full(after.shape, 1, np.uint8)
    columns, rows = others.xy.astype(int).T
    seeds[rows, columns] = 0
    distance, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    strength = np.zeros(labels.max() + 1)
    strength[labels[rows, columns]] = others.strength
    tolerance = _TOLERANCE_WIDTHS * after.width_px
    z = spots.xy @ np.array([1, 1j])
    scores = np.zeros(len(poses))
    for first in range(0, len(poses), 4096):
        part = poses[first : first + 4096]
        moved = part[:, :1] * z[None] + part[:, 1:]
        x = np.rint(moved.real).astype(int)
        y = np.rint(moved.imag).astype(int)
        inside = (x >= 0) & (y >= 0) & (x < seeds.shape[1]) & (y < seeds.shape[0])
        x[~inside] = y[~inside] = 0
        near = np.clip(1 - distance[y, x] / tolerance, 0, 1) * inside
        found = strength[labels[y, x]]
        weight = np.minimum(found, spots.strength)
        alike = np.minimum(found, spots.strength) / np.maximum(found, spots.strength)
        scores[first : first + 4096] = (near * weight * alike).sum(axis=1)
    return scores
