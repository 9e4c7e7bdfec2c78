"""`compare`: two pictures of one leg, aligned, and what changed between them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from vein_calibration.pixel_size import PixelSize
from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.by_hand import are_mirrored
from vein_imaging.comparison.aligning.registration import Registration, register
from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Pair
from vein_imaging.comparison.judging.doubts import doubts_of, failures_of
from vein_imaging.comparison.judging.judge_pieces import judge_pieces
from vein_imaging.comparison.judging.regions import (
    Extent,
    change_masks,
    measure_extents,
)
from vein_imaging.comparison.judging.summary import summarise
from vein_imaging.comparison.preparing.exposure import ExposureMatch, match_exposure
from vein_imaging.comparison.preparing.prepared import Side, prepare_side
from vein_imaging.comparison.result import Comparison, Verdict
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.imaging.arrays import Mask, Picture
from vein_imaging.pipeline.scale_check import refuse_scale

__all__ = ["compare"]

OneScale = float | PixelSize


def compare(
    before: Picture,
    after: Picture,
    *,
    mm_per_pixel: OneScale | tuple[OneScale, OneScale] | None = None,
    before_field: Mask | None = None,
    after_field: Mask | None = None,
    control_points_rc: tuple[ArrayLike, ArrayLike] | None = None,
    settings: CompareSettings | None = None,
) -> Comparison:
    """Align two pictures of one leg and say what became of its veins.

    Parameters
    ----------
    before, after : (H, W) or (H, W, 3) RGB, uint8 | uint16 | float32 in [0, 1]
        The sizes may differ.
    mm_per_pixel : mm or PixelSize, or two of them for BEFORE and AFTER, optional
        Without it nothing is given in mm. Two values are checked against each other;
        the error of a calibrated one counts in widths and classes.
    before_field, after_field : (H, W) bool, optional
        Where skin is; found from the picture where left out.
    control_points_rc : two (N >= 2, 2) px, optional
        The same places marked by hand in BEFORE and in AFTER, for pictures that cannot
        be aligned without. Four or more make a map of their own where no patch of skin
        confirms them; two or three do where the limb's outline agrees with them.
    settings : CompareSettings, optional

    Returns
    -------
    Comparison
        Also where the pictures cannot be compared: `verdict` is "refused" then.

    Raises
    ------
    TypeError, ValueError
        If a picture, a field, a scale or the control points cannot be used.
    """
    settings = settings or CompareSettings()
    scales = _scales(mm_per_pixel)
    for picture, scale in zip((before, after), scales, strict=True):
        if np.ndim(picture) > 1:  # what is no picture is refused as such, below
            refuse_scale(np.shape(picture), scale)
    control = _control(control_points_rc)
    one = prepare_side(before, scales[0], before_field, settings)
    other = prepare_side(after, scales[1], after_field, settings)
    aligned = register(one.view, other.view, control=control)
    if aligned.transform is None or aligned.failures:
        return _refused(one, other, aligned, settings)
    return _compared(one, other, aligned, aligned.transform, settings)


def _compared(
    before: Side,
    after: Side,
    aligned: Registration,
    transform: Transform,
    settings: CompareSettings,
) -> Comparison:
    overlap = aligned.support & before.view.surface.bare
    overlap &= transform.warp_mask(after.view.surface.bare)
    pair = Pair(
        before.view.surface.log,
        transform.warp(after.view.surface.log),
        before.found.mask,
        transform.warp_mask(after.found.mask),
        overlap & aligned.exact,
    )
    exposure = _exposure(pair, before, after, transform)
    pieces = judge_pieces(
        pair, before, after, transform, exposure, settings, shown=overlap
    )
    extents = measure_extents(before.found, after.found, transform, overlap)
    summary = summarise(pieces, extents, settings.repeat, gain=exposure.texture_gain)
    interval = summary.clearance_lo_pct, summary.clearance_hi_pct
    failures = failures_of(pieces, interval)
    if failures:
        pieces = ()
        summary = summarise(pieces, extents, settings.repeat)
    doubts = [
        *aligned.doubts,
        *exposure.doubts,
        *doubts_of(before, after, transform, exposure.fineness, pieces),
    ]
    verdict: Verdict = "doubtful" if doubts else "comparable"
    masks = change_masks(pieces, overlap)
    return Comparison(
        verdict="refused" if failures else verdict,
        reasons=(*failures, *doubts),
        transform=transform,
        registered=transform.warp(after.image),
        overlap=overlap,
        cleared=masks["cleared"],
        remaining=masks["remaining"],
        new=masks["new"],
        pieces=pieces,
        summary=summary,
        registration=aligned,
        exposure=exposure,
        before_map=before.found,
        after_map=after.found,
        mm_per_pixel=before.found.mm_per_pixel,
    )


def _refused(
    before: Side, after: Side, aligned: Registration, settings: CompareSettings
) -> Comparison:
    shape = before.grey.shape
    nothing = np.zeros(shape, np.bool_)
    unknown = Extent(np.nan, np.nan)
    return Comparison(
        verdict="refused",
        reasons=(*aligned.failures, *aligned.doubts),
        transform=None,
        registered=np.zeros((*shape, *after.image.shape[2:]), after.image.dtype),
        overlap=nothing,
        cleared=nothing,
        remaining=nothing,
        new=nothing,
        pieces=(),
        summary=summarise((), (unknown, unknown), settings.repeat),
        registration=aligned,
        exposure=None,
        before_map=before.found,
        after_map=after.found,
        mm_per_pixel=before.found.mm_per_pixel,
    )


def _exposure(
    pair: Pair, before: Side, after: Side, transform: Transform
) -> ExposureMatch:
    side = 2 * max(1, round(0.3 * before.px_per_mm)) + 1
    veins = (pair.before_veins | pair.after_veins).astype(np.uint8)
    return match_exposure(
        (before.grey, transform.warp(after.grey)),
        (pair.before_log, pair.after_log),
        pair.overlap & (cv2.dilate(veins, np.ones((side, side))) == 0),
        clipped=(before.clipped_share, after.clipped_share),
        px_per_mm=before.px_per_mm,
    )


def _scales(
    mm_per_pixel: OneScale | tuple[OneScale, OneScale] | None,
) -> tuple[OneScale | None, OneScale | None]:
    if mm_per_pixel is None:
        return None, None
    if not isinstance(mm_per_pixel, tuple):
        return mm_per_pixel, mm_per_pixel
    if len(mm_per_pixel) != 2:
        raise ValueError(f"mm_per_pixel is one number or two, not {mm_per_pixel!r}")
    return mm_per_pixel


def _control(points_rc: tuple[ArrayLike, ArrayLike] | None) -> Matches | None:
    if points_rc is None:
        return None
    before, after = (np.asarray(part, dtype=np.float64) for part in points_rc)
    if before.shape != after.shape or before.shape[1:] != (2,) or len(before) < 2:
        raise ValueError(
            "control points are two (N, 2) arrays with N of 2 or more, not "
            f"{before.shape} and {after.shape}"
        )
    for points in (before, after):
        if not np.isfinite(points).all():
            raise ValueError("control points are numbers, not nan or inf")
        if np.hypot(*(points - points.mean(axis=0)).T).max() < 1:
            raise ValueError("control points lie on one another; mark different places")
        if len(points) < 4:
            continue  # the limb's outline says what lies across
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        if not spread[1] > 0.05 * spread[0]:
            raise ValueError("control points lie on one line; mark one away from it")
    control = Matches(before[:, ::-1], after[:, ::-1])
    if are_mirrored(control):
        raise ValueError(
            "control points of AFTER are a mirror image of BEFORE's: no leg is; was "
            "one of the pictures mirrored, or left taken for right?"
        )
    return control
