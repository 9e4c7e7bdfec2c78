"""Alignment of two pictures of one leg, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import (
    AffineFit,
    Matches,
    fit_affine,
    match_keypoints,
    refine_by_ecc,
)
from vein_imaging.comparison.aligning.blocks import (
    BLOCK_LEVELS,
    Blocks,
    agreeing,
    fit_field,
    match,
)
from vein_imaging.comparison.aligning.support import TWO_WAYS_PX, find_support
from vein_imaging.comparison.aligning.transform import Points, Transform
from vein_imaging.comparison.preparing.surface import View, shrink
from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.words import translate as _

__all__ = ["WORKING_PX", "Registration", "register"]

WORKING_PX = 960
"""The longer side of the pictures that are matched."""
_GRID_PX = 8.0
"""The displacement is smooth over many times this distance; between knots it is
interpolated."""
_EDGE_PX = 8  # keypoints closer to the field's outline describe the outline
_LEAST_INLIERS = 15
"""An affine map needs 3 pairs, and some wrong pairs agree with any map by chance."""
_LEAST_BLOCKS = 40  # fewer leave large parts of the overlap without any block
_LEAST_SUPPORT = 0.25  # of the skin in BEFORE
_DOUBTFUL_SUPPORT = 0.40
"""If blocks support less of the overlap than this, the rest is a guess."""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """An alignment with its evidence.

    Parameters
    ----------
    transform : Transform or None
        None where no alignment was found.
    support : (H, W) bool
        Pixels of BEFORE near an accepted block that return to their place after going
        to AFTER and back; outside, nothing is compared.
    inliers : int
        Keypoint matches that agree with the affine part.
    blocks_rc : (B, 2) float64, px in BEFORE
        Centres of blocks found again that move as their neighbours do.
    two_way_median_px, two_way_p95_px : BEFORE px
        Distance of a point from itself after going to AFTER by the alignment and coming
        back by one made the other way; nan where unknown.
    failures : tuple of str
        Why nothing can be compared; empty where it can.
    doubts : tuple of str
        What makes the alignment weak.
    advice : tuple of str
        What would make it better.
    """

    transform: Transform | None
    support: Mask
    inliers: int
    blocks_rc: Points
    two_way_median_px: float
    two_way_p95_px: float
    failures: tuple[str, ...]
    doubts: tuple[str, ...]
    advice: tuple[str, ...] = ()

    @property
    def blocks(self) -> int:
        """How many blocks were found again."""
        return len(self.blocks_rc)


def register(
    before: View, after: View, *, control: Matches | None = None
) -> Registration:
    """Align AFTER to BEFORE.

    Masked RootSIFT on the flat picture and on the vesselness, an affine map by
    MAGSAC++, a guarded ECC step, three levels of block matching, a smoothing thin-plate
    spline; then the way back by blocks of AFTER, and the region where both agree.

    Parameters
    ----------
    before, after : View
    control : Matches, optional
        Four or more pairs of points marked by hand, px (x, y), in place of keypoints.

    Returns
    -------
    Registration
    """
    scales = [_working_scale(view) for view in (before, after)]
    small = [_shrunk(*pair) for pair in zip((before, after), scales, strict=True)]
    shapes = (_shape(before), _shape(after))
    fit = _coarse(small[0], small[1], control, scales)
    if fit is None or (control is None and len(fit.inliers.before_xy) < _LEAST_INLIERS):
        inliers = 0 if fit is None else len(fit.inliers.before_xy)
        return _refused(
            shapes[0],
            inliers,
            np.empty((0, 2)),
            _(
                "the pictures do not show the same skin, or too little of it can be "
                "recognised: {inliers} matching points were found and {least_inliers} "
                "are needed; mark four or more points by hand, or take the picture "
                "again"
            ).format(inliers=inliers, least_inliers=_LEAST_INLIERS),
        )
    forward, blocks = _refine(small[0], small[1], fit.affine)
    inliers = len(fit.inliers.before_xy)
    if len(blocks.ncc) < _LEAST_BLOCKS:
        return _refused(
            shapes[0],
            inliers,
            _full_rc(blocks, scales[0]),
            _(
                "the skin between the veins does not match: {ncc} patches were found "
                "again, and {least_blocks} are needed; use the same light, distance "
                "and focus as before"
            ).format(ncc=len(blocks.ncc), least_blocks=_LEAST_BLOCKS),
        )
    inverse = np.asarray(cv2.invertAffineTransform(fit.affine), np.float64)
    back, _blocks = _refine(small[1], small[0], inverse)
    judged = _judge(small[0], forward, back, blocks, inliers, scales)
    support = cv2.resize(
        judged.support.astype(np.uint8),
        shapes[0][::-1],
        interpolation=cv2.INTER_NEAREST,
    )
    by_hand = (
        ()
        if control is None
        else (
            _("aligned from {inliers} points marked by hand").format(inliers=inliers),
        )
    )
    return replace(
        judged,
        doubts=(*judged.doubts, *by_hand),
        transform=_enlarged(forward, scales, *shapes),
        support=support.astype(np.bool_),
    )


def _coarse(
    before: View, after: View, control: Matches | None, scales: list[float]
) -> AffineFit | None:
    if control is not None:
        moved = Matches(
            (control.before_xy + 0.5) * scales[0] - 0.5,
            (control.after_xy + 0.5) * scales[1] - 0.5,
        )
        ones = np.ones((len(moved.before_xy), 1))
        solution, *_ = np.linalg.lstsq(
            np.hstack([moved.before_xy, ones]), moved.after_xy, rcond=None
        )
        return AffineFit(np.ascontiguousarray(solution.T), moved)
    inner = [_inside(view.surface.usable) for view in (before, after)]
    pairs = [
        match_keypoints(one, other, inner[0], inner[1])
        for one, other in (
            (before.surface.flat, after.surface.flat),
            (_ridges(before), _ridges(after)),
        )
    ]
    fit = fit_affine(
        Matches(
            np.vstack([pair.before_xy for pair in pairs]),
            np.vstack([pair.after_xy for pair in pairs]),
        )
    )
    if fit is None:
        return None
    return refine_by_ecc(
        fit, before.surface.flat, after.surface.flat, before.surface.usable
    )


def _refine(
    before: View, after: View, affine: NDArray[np.float64]
) -> tuple[Transform, Blocks]:
    height, width = _shape(before)
    grid = (int(height / _GRID_PX) + 2, int(width / _GRID_PX) + 2, 2)
    transform = Transform(
        affine.astype(np.float64),
        np.zeros(grid),
        0.0,
        _GRID_PX,
        _shape(before),
        _shape(after),
    )
    blocks = Blocks(np.empty((0, 2)), np.empty((0, 2)), np.empty(0))
    for level in BLOCK_LEVELS:
        found = match(
            before.surface.flat,
            after.surface.flat,
            before.surface.usable,
            after.surface.usable,
            transform,
            level,
        )
        blocks = agreeing(found, transform)
        if len(blocks.ncc) >= _LEAST_BLOCKS // 4:
            transform = fit_field(blocks, transform)
    return transform, blocks


def _judge(
    before: View,
    forward: Transform,
    back: Transform,
    blocks: Blocks,
    inliers: int,
    scales: list[float],
) -> Registration:
    """Where the alignment holds, and whether that is enough; `forward` at full size."""
    support, gap = find_support(before.surface.usable, forward, back, blocks)
    skin = max(int(before.surface.usable.sum()), 1)
    share = int(support.sum()) / skin
    median, p95 = (float(np.percentile(gap, q)) / scales[0] for q in (50, 95))
    failures, doubts = [], []
    little = _("only {share:.0f} % of the skin could be aligned").format(
        share=100 * share
    )
    if share < _LEAST_SUPPORT:
        failures.append(
            _(
                "{little}, and {needed:.0f} % is needed: frame the same area, with the "
                "same light and distance"
            ).format(little=little, needed=100 * _LEAST_SUPPORT)
        )
    elif share < _DOUBTFUL_SUPPORT:
        doubts.append(little)
    if not median < TWO_WAYS_PX / scales[0]:
        failures.append(
            _(
                "aligning there and back again does not return to the same place "
                "(median {median:.1f} px): the alignment is a guess"
            ).format(median=median)
        )
    return Registration(
        None,
        support,
        inliers,
        _full_rc(blocks, scales[0]),
        median,
        p95,
        tuple(failures),
        tuple(doubts),
    )


def _enlarged(
    small: Transform,
    scales: list[float],
    before_shape: tuple[int, int],
    after_shape: tuple[int, int],
) -> Transform:
    # pixel centres: small = (full + 1/2) scale - 1/2
    before, after = scales
    matrix = small.affine[:, :2] * (before / after)
    shift = small.affine[:, :2] @ np.full(2, before / 2 - 0.5) + small.affine[:, 2]
    offset = (shift + 0.5) / after - 0.5
    return Transform(
        np.column_stack([matrix, offset]),
        small.displacement_xy / after,
        (small.origin_px + 0.5) / before - 0.5,
        small.step_px / before,
        before_shape,
        after_shape,
    )


def _refused(
    shape: tuple[int, int], inliers: int, blocks_rc: Points, why: str
) -> Registration:
    nothing = np.zeros(shape, np.bool_)
    return Registration(None, nothing, inliers, blocks_rc, np.nan, np.nan, (why,), ())


def _full_rc(blocks: Blocks, scale: float) -> Points:
    return (blocks.before_xy[:, ::-1] + 0.5) / scale - 0.5


def _shape(view: View) -> tuple[int, int]:
    height, width = view.vesselness.shape
    return int(height), int(width)


def _working_scale(view: View) -> float:
    return min(1.0, WORKING_PX / max(_shape(view)))


def _shrunk(view: View, scale: float) -> View:
    surface = shrink(view.surface, scale)
    height, width = surface.log.shape
    vesselness = cv2.resize(
        view.vesselness, (width, height), interpolation=cv2.INTER_AREA
    )
    return View(surface, vesselness.astype(np.float32))


def _ridges(view: View) -> Image:
    # the z-score squeezed to the range of a flat picture
    return np.clip(view.vesselness / 4 - 1, -1, 3).astype(np.float32) * np.float32(
        view.surface.usable
    )


def _inside(usable: Mask) -> Mask:
    side = 2 * _EDGE_PX + 1
    closed = cv2.copyMakeBorder(
        usable.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    kept = cv2.erode(closed, np.ones((side, side), np.uint8))
    return kept[1:-1, 1:-1].astype(np.bool_)
