"""The first, coarse alignment: keypoints, a robust affine map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.transform import Affine, Points
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["AffineFit", "Matches", "fit_affine", "match_keypoints"]

_KEYPOINTS = 5000
"""Plain skin has few strong points: more weak ones find more pairs, and take longer."""
_RATIO = 0.82  # nearest to second nearest descriptor distance
_INLIER_PX = 6.0
"""Skin bends, and an affine map does not: a correct pair may be off by this much."""
_SCALES = (0.6, 1.6)
"""Between two visits the distance of a camera held by hand changes no more than
this."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Keypoints seen in both pictures.

    Parameters
    ----------
    before_xy, after_xy : (N, 2) px
    """

    before_xy: Points
    after_xy: Points


@dataclass(frozen=True, slots=True, eq=False)
class AffineFit:
    """An affine map and the matches that agree with it.

    Parameters
    ----------
    affine : (2, 3) float64
        BEFORE (x, y) to AFTER (x, y), px.
    inliers : Matches
    """

    affine: Affine
    inliers: Matches


def match_keypoints(
    before: Image, after: Image, before_mask: Mask, after_mask: Mask
) -> Matches:
    """RootSIFT matches, mutual and distinctive, inside both masks.

    Parameters
    ----------
    before, after : (H, W) float32
        Zero mean, standard deviation about 1.
    before_mask, after_mask : (H, W) bool
        Where keypoints may lie.

    Returns
    -------
    Matches

    References
    ----------
    Lowe 2004, doi:10.1023/B:VISI.0000029664.99615.94; Arandjelovic and Zisserman 2012,
    doi:10.1109/CVPR.2012.6248018 (the square root).
    """
    points_b, words_b = _describe(before, before_mask)
    points_a, words_a = _describe(after, after_mask)
    if min(len(points_b), len(points_a)) < 3:
        return Matches(np.empty((0, 2)), np.empty((0, 2)))
    likeness = words_b @ words_a.T
    rows = np.arange(len(points_b))
    nearest = likeness.argmax(axis=1)
    best = likeness[rows, nearest]
    likeness[rows, nearest] = -1
    # unit vectors: squared distance is 2 - 2 cos
    clear = 1 - best < _RATIO**2 * (1 - likeness.max(axis=1))
    rows, nearest = rows[clear], nearest[clear]
    mutual = (words_a[nearest] @ words_b.T).argmax(axis=1) == rows
    return Matches(points_b[rows[mutual]], points_a[nearest[mutual]])


def fit_affine(matches: Matches) -> AffineFit | None:
    """Find the affine map most matches agree on, by MAGSAC++.

    Parameters
    ----------
    matches : Matches

    Returns
    -------
    AffineFit or None
        None where there is no map, or it mirrors, or scales beyond 0.6 to 1.6.

    References
    ----------
    Barath et al. 2020, doi:10.1109/CVPR42600.2020.00138.
    """
    if len(matches.before_xy) < 3:
        return None
    affine, agrees = cv2.estimateAffine2D(
        matches.before_xy.astype(np.float32),
        matches.after_xy.astype(np.float32),
        method=cv2.USAC_MAGSAC,
        ransacReprojThreshold=_INLIER_PX,
        maxIters=20000,
        confidence=0.9999,
    )
    if affine is None or not np.isfinite(affine).all():
        return None
    stretch = np.linalg.svd(affine[:, :2], compute_uv=False)
    mirrored = np.linalg.det(affine[:, :2]) <= 0
    if mirrored or stretch[0] > _SCALES[1] or stretch[1] < _SCALES[0]:
        return None
    chosen = agrees.ravel().astype(bool)
    inliers = Matches(matches.before_xy[chosen], matches.after_xy[chosen])
    return AffineFit(affine.astype(np.float64), inliers)


def _describe(image: Image, mask: Mask) -> tuple[Points, NDArray[np.float32]]:
    sift = cv2.SIFT.create(nfeatures=_KEYPOINTS, contrastThreshold=0.01)
    levels = np.clip(128 + 32 * image, 0, 255).astype(np.uint8)
    keypoints, words = sift.detectAndCompute(levels, mask.astype(np.uint8))
    if not keypoints:
        return np.empty((0, 2)), np.empty((0, 128), np.float32)
    sums = np.maximum(words.sum(axis=1, keepdims=True), 1e-6)
    points = np.array([point.pt for point in keypoints], dtype=np.float64)
    return points, np.sqrt(words / sums)
