"""From two prepared pictures to the fate of every piece of vein."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Pair, Piece, judge, noise_floor
from vein_imaging.comparison.judging.focus import narrowest_vein_px
from vein_imaging.comparison.judging.pieces import CentrelinePiece, cut_lines, measure
from vein_imaging.comparison.preparing.exposure import ExposureMatch
from vein_imaging.comparison.preparing.prepared import Side
from vein_imaging.comparison.settings import CompareSettings

__all__ = ["judge_pieces"]


def judge_pieces(
    pair: Pair,
    before: Side,
    after: Side,
    transform: Transform,
    exposure: ExposureMatch,
    settings: CompareSettings,
) -> tuple[Piece, ...]:
    """Cut the veins of both pictures into pieces and say what became of each.

    Parameters
    ----------
    pair : Pair
    before, after : Side
    transform : Transform
    exposure : ExposureMatch
        Where it shows AFTER's contrast to be much too weak, that is allowed for; where
        it shows it too strong, it is not, for that would only flatter.
    settings : CompareSettings

    Returns
    -------
    tuple of Piece
        Those of BEFORE in the overlap, then those only seen AFTER.
    """
    unit = before.px_per_mm
    search = max(1, round(settings.search_mm * unit))
    was, now = _lines(before, after, transform, settings.piece_mm * unit)
    noise = noise_floor(
        pair, was + now, beside_px=settings.beside_mm * unit, search_px=search
    )
    found: list[Piece] = []
    for lines, side, new in ((was, before, False), (now, after, True)):
        seen = [
            measure(log, pair.overlap, lines, search_px=search)
            for log in (pair.before_log, pair.after_log)
        ]
        narrowest = narrowest_vein_px(
            lines,
            seen[new],
            hair_px=side.view.surface.hair.sigma_px * unit / side.px_per_mm,
            fineness=exposure.fineness,
            px_per_mm=unit,
        )
        first = (1 + max((line.branch for line in was), default=-1)) * new
        for piece in judge(
            lines,
            *seen,
            noise=noise,
            narrowest_px=narrowest,
            gain=exposure.weakening,
            new=new,
        ):
            branch = first + piece.branch
            found.append(replace(piece, piece_id=len(found), branch=branch))
    return tuple(found)


def _lines(
    before: Side, after: Side, transform: Transform, piece_px: float
) -> tuple[tuple[CentrelinePiece, ...], tuple[CentrelinePiece, ...]]:
    # of both pictures, in BEFORE's frame; a width not known is the usual one
    moved = [
        replace(
            branch,
            points_rc=transform.to_before(branch.points_rc).astype(np.float32),
            diameter_px=branch.diameter_px / np.float32(transform.scale()),
        )
        for branch in after.found.branches
    ]
    both = [cut_lines(part, piece_px) for part in (before.found.branches, moved)]
    known = [line.diameter_px for part in both for line in part]
    some = np.isfinite(known).any()
    usual = float(np.nanmedian(known)) if some else 0.5 * before.px_per_mm
    was, now = (tuple(_with_width(line, usual) for line in part) for part in both)
    return was, now


def _with_width(line: CentrelinePiece, usual_px: float) -> CentrelinePiece:
    if np.isfinite(line.diameter_px):
        return line
    return replace(line, diameter_px=usual_px)
