"""`compare`: two pictures of one leg, aligned, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike

from vein_imaging.comparison.affine import Matches
from vein_imaging.comparison.change import Pair, Piece, judge, noise_floor
from vein_imaging.comparison.exposure import ExposureMatch, match_exposure
from vein_imaging.comparison.focus import SHARP_FINENESS, narrowest_vein_px
from vein_imaging.comparison.pieces import Line, cut_lines, measure
from vein_imaging.comparison.regions import change_masks, measure_extents
from vein_imaging.comparison.registration import Registration, View, register
from vein_imaging.comparison.result import Comparison, Verdict
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.comparison.summary import Extent, summarise
from vein_imaging.comparison.surface import grey_levels, make_surface
from vein_imaging.comparison.transform import Transform
from vein_imaging.imaging.arrays import Image, Mask, Picture
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline import analyse

__all__ = ["compare"]

_FRAME_MM = 96.0  # what the longer side shows where no scale is known
_LEAST_JUDGED_PIECES = 8
_JUDGED_SHARE = 0.5
_SCALE_TOLERANCE = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One of the two pictures, prepared."""

    image: Picture
    grey: Image
    view: View
    found: VeinMap

    @property
    def px_per_mm(self) -> float:
        mm = self.found.mm_per_pixel
        return 1 / mm if mm else max(self.grey.shape) / _FRAME_MM

    @property
    def clipped_share(self) -> float:
        skin = np.count_nonzero(self.found.field)
        lost = np.count_nonzero(self.found.field & ~self.view.surface.usable)
        return lost / skin if skin else 0.0


def compare(
    before: Picture,
    after: Picture,
    *,
    mm_per_pixel: float | tuple[float, float] | None = None,
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
    mm_per_pixel : mm, or (BEFORE mm, AFTER mm), optional
        Without it nothing is given in mm. Two values are checked against each other.
    before_field, after_field : (H, W) bool, optional
        Where skin is; found from the picture where left out.
    control_points_rc : two (N >= 4, 2) px, optional
        The same places marked by hand in BEFORE and in AFTER, for pictures that cannot
        be aligned without.
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
    control = _control(control_points_rc)
    one = _prepare(before, scales[0], before_field, settings)
    other = _prepare(after, scales[1], after_field, settings)
    aligned = register(one.view, other.view, control=control)
    if aligned.transform is None or aligned.failures:
        return _refused(one, other, aligned, settings)
    return _compared(one, other, aligned, aligned.transform, settings)


def _prepare(
    image: Picture,
    mm_per_pixel: float | None,
    field: Mask | None,
    settings: CompareSettings,
) -> _Side:
    found = analyse(
        image, mm_per_pixel=mm_per_pixel, field=field, settings=settings.analysis
    )
    grey = grey_levels(image)
    surface = make_surface(
        grey,
        found.field,
        sigma_px=max(grey.shape) / 48,
        px_per_mm=1 / mm_per_pixel if mm_per_pixel else max(grey.shape) / _FRAME_MM,
    )
    return _Side(image, grey, View(surface, found.vesselness), found)


def _compared(
    before: _Side,
    after: _Side,
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
        overlap,
    )
    exposure = _exposure(pair, before, after, transform)
    pieces = _pieces(pair, before, after, transform, exposure.fineness, settings)
    failures = _too_little(pieces)
    pieces = () if failures else pieces
    extents = measure_extents(before.found, after.found, transform, overlap)
    summary = summarise(pieces, extents, settings.repeat, gain=exposure.texture_gain)
    doubts = [
        *aligned.doubts,
        *exposure.doubts,
        *_scale_doubts(transform, before.found, after.found),
        *_focus_doubts(before, after, exposure.fineness),
        *_faint_doubts(summary.judged_px, summary.unjudged_px),
    ]
    if before.found.channel != after.found.channel:
        doubts.append(
            f"BEFORE was read from its {before.found.channel} channel and AFTER from "
            f"its {after.found.channel} one: the light was not the same"
        )
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
    before: _Side, after: _Side, aligned: Registration, settings: CompareSettings
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


def _pieces(
    pair: Pair,
    before: _Side,
    after: _Side,
    transform: Transform,
    fineness: float,
    settings: CompareSettings,
) -> tuple[Piece, ...]:
    unit = before.px_per_mm
    search = max(1, round(settings.search_mm * unit))
    moved = [
        replace(
            branch,
            points_rc=transform.to_before(branch.points_rc).astype(np.float32),
            diameter_px=branch.diameter_px / np.float32(transform.scale()),
        )
        for branch in after.found.branches
    ]
    lines = [
        cut_lines(branches, settings.piece_mm * unit)
        for branches in (before.found.branches, moved)
    ]
    known = [line.diameter_px for part in lines for line in part]
    usual = float(np.nanmedian(known)) if np.isfinite(known).any() else 0.5 * unit
    was, now = (tuple(_with_width(line, usual) for line in part) for part in lines)
    noise = noise_floor(
        pair, was + now, beside_px=settings.beside_mm * unit, search_px=search
    )
    found: list[Piece] = []
    for lines_found, side, new in ((was, before, False), (now, after, True)):
        seen = [
            measure(log, pair.overlap, lines_found, search_px=search)
            for log in (pair.before_log, pair.after_log)
        ]
        narrowest = narrowest_vein_px(
            lines_found,
            seen[new],
            hair_px=side.view.surface.hair.sigma_px * unit / side.px_per_mm,
            fineness=fineness,
            px_per_mm=unit,
        )
        judged = judge(lines_found, *seen, noise=noise, narrowest_px=narrowest, new=new)
        last = max((piece.branch for piece in found), default=-1)
        found += [
            replace(
                piece,
                piece_id=len(found) + index,
                branch=piece.branch + (last + 1) * new,
            )
            for index, piece in enumerate(judged)
        ]
    return tuple(found)


def _with_width(line: Line, usual_px: float) -> Line:
    if np.isfinite(line.diameter_px):
        return line
    return replace(line, diameter_px=usual_px)


def _exposure(
    pair: Pair, before: _Side, after: _Side, transform: Transform
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


def _too_little(pieces: tuple[Piece, ...]) -> list[str]:
    judged = sum(piece.change not in ("unjudged", "new") for piece in pieces)
    if judged >= _LEAST_JUDGED_PIECES:
        return []
    return [
        f"only {judged} pieces of vein stand out enough in BEFORE to be judged; "
        f"{_LEAST_JUDGED_PIECES} are needed"
    ]


def _focus_doubts(before: _Side, after: _Side, fineness: float) -> list[str]:
    unsure = [
        name
        for name, side in (("BEFORE", before), ("AFTER", after))
        if not np.isfinite(side.view.surface.hair.sigma_px)
    ]
    if fineness >= SHARP_FINENESS or not unsure:
        return []
    return [
        f"{' and '.join(unsure)} may be out of focus: hairs cannot be told from thin "
        "veins, and lines as thin as the thinnest are not judged"
    ]


def _faint_doubts(judged_px: float, unjudged_px: float) -> list[str]:
    total = judged_px + unjudged_px
    if not total or judged_px >= _JUDGED_SHARE * total:
        return []
    share = unjudged_px / total
    return [f"{share:.0%} of the veins in BEFORE are too faint to be judged"]


def _scale_doubts(transform: Transform, before: VeinMap, after: VeinMap) -> list[str]:
    if before.mm_per_pixel is None or after.mm_per_pixel is None:
        return []
    ratio = transform.scale() * after.mm_per_pixel / before.mm_per_pixel
    if abs(ratio - 1) <= _SCALE_TOLERANCE:
        return []
    size = "larger" if ratio > 1 else "smaller"
    return [
        f"the skin is {abs(ratio - 1):.0%} {size} AFTER than the pixel sizes allow: "
        "the distance changed, or a calibration is wrong"
    ]


def _scales(
    mm_per_pixel: float | tuple[float, float] | None,
) -> tuple[float | None, float | None]:
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
    if before.shape != after.shape or before.shape[1:] != (2,) or len(before) < 4:
        raise ValueError(
            "control points are two (N, 2) arrays with N of 4 or more, not "
            f"{before.shape} and {after.shape}"
        )
    for points in (before, after):
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        if not spread[1] > 0.05 * spread[0]:
            raise ValueError("control points lie on one line; mark one away from it")
    return Matches(before[:, ::-1], after[:, ::-1])
