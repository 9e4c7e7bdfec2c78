"""From two prepared pictures to the fate of every piece of vein."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.bruise import bruised
from vein_imaging.comparison.judging.change import (
    CLEARED_BELOW,
    PERSISTENT_ABOVE,
    Pair,
    Piece,
    judge,
    noise_floor,
)
from vein_imaging.comparison.judging.focus import SHARP_FINENESS, narrowest_vein_px
from vein_imaging.comparison.judging.marks import marks_among
from vein_imaging.comparison.judging.pieces import CentrelinePiece, cut_lines, measure
from vein_imaging.comparison.judging.residue import explain, log_planes
from vein_imaging.comparison.preparing.exposure import ExposureMatch
from vein_imaging.comparison.preparing.prepared import Side
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["judge_pieces"]


def judge_pieces(
    pair: Pair,
    before: Side,
    after: Side,
    transform: Transform,
    exposure: ExposureMatch,
    settings: CompareSettings,
    *,
    shown: Mask,
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

    shown : (H, W) bool
        Where the page says that the two are compared: all vein of BEFORE in it is
        accounted for, and what could not be measured is "unjudged".

    Returns
    -------
    tuple of Piece
        Those of BEFORE in `shown`, then those only seen AFTER.
    """
    unit = before.px_per_mm
    search = max(1, round(settings.search_mm * unit))
    was, now = _lines(before, after, transform, settings.piece_mm * unit)
    noise = noise_floor(
        pair, was + now, beside_px=settings.beside_mm * unit, search_px=search
    )
    planes = _planes(before, after, transform)
    veins = pair.before_veins | pair.after_veins
    bruise = bruised(*planes, pair.overlap, veins, unit)
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
        judged = judge(
            lines,
            *seen,
            noise=noise,
            narrowest_px=narrowest,
            gain=exposure.weakening,
            new=new,
        )
        if not new:
            judged = _without_stains(judged, lines, pair, planes, exposure)
            judged = _without_marks(judged, lines, pair, planes[0], noise, unit)
        kept = _without_bruises(judged, bruise)
        if not new:
            kept = (*kept, *_not_measured(kept, lines, shown, noise))
        for piece in kept:
            branch = first + piece.branch
            found.append(replace(piece, piece_id=len(found), branch=branch))
    return tuple(found)


_AS_STRONG = 0.85
"""Contrast AFTER over BEFORE that nine in ten veins that stayed exceed. That a stain
looks as strong as the vein did is a coincidence, and needs more evidence."""
_LEFT_OF_WEAKER, _LEFT_OF_AS_STRONG = 0.8, 0.4
"""What a stain may leave unexplained of what a vein alone does."""
_FAINT = 0.55
"""Up to this contrast the whole profile, of the piece and its neighbours, says what is
left: the contrast is the darkest place within reach, and noise alone makes one. Above
it, an alignment that is off would look like a vein that left a stain."""
_LEFT_OF_UNCLEAR = 0.6
"""Where a stain explains only two fifths of what looks as strong as the vein did,
neither is proven."""
_UNDER_BRUISE = 0.3  # of a piece; a bruise has no sharp rim
Planes = tuple[Image, ...]


def _planes(before: Side, after: Side, transform: Transform) -> tuple[Planes, Planes]:
    """Both pictures by channel; one plane each unless both are in colour."""
    was, now = log_planes(before.image), log_planes(after.image)
    if len(was) != len(now):
        was, now = (before.view.surface.log,), (after.view.surface.log,)
    return was, tuple(transform.warp(plane) for plane in now)


def _without_stains(
    pieces: tuple[Piece, ...],
    lines: tuple[CentrelinePiece, ...],
    pair: Pair,
    planes: tuple[Planes, Planes],
    exposure: ExposureMatch,
) -> tuple[Piece, ...]:
    """Judge what seems to have stayed by what is left of the vein itself.

    In a grey picture that is out of focus a vein is as wide as its stain: of a blurred
    pair in which nothing was treated, 7 % read as cleared, and of one in which all was
    treated half read as faded. There nothing that faded is judged.
    """
    gain = exposure.weakening
    if len(planes[0]) == 1 and exposure.fineness < SHARP_FINENESS:
        return tuple(
            _unclear(piece) if piece.change == "faded" else piece for piece in pieces
        )
    own = _own_lines(pieces, lines)
    sigma = np.array([piece.sigma_px for piece in pieces])
    veins = pair.before_veins | pair.after_veins
    left = explain(*planes, pair.overlap, veins, own, sigma)
    return tuple(
        _by_what_is_left(piece, share, rest, gain)
        for piece, share, rest in zip(pieces, left.share, left.unexplained, strict=True)
    )


def _by_what_is_left(
    piece: Piece, share: float, unexplained: float, gain: float
) -> Piece:
    if piece.change == "unjudged" or not np.isfinite(share):
        return piece
    seen = piece.ratio / gain
    same = seen > _AS_STRONG
    stain = unexplained < (_LEFT_OF_AS_STRONG if same else _LEFT_OF_WEAKER)
    less = share < min(piece.ratio, PERSISTENT_ABOVE * gain)
    if not (less and (stain or seen < _FAINT)):
        maybe = unexplained < _LEFT_OF_UNCLEAR and share < PERSISTENT_ABOVE * gain
        return _unclear(piece) if maybe and piece.change != "cleared" else piece
    if stain and share / gain >= CLEARED_BELOW:
        # as often none as half a vein: a tenth of the vanished and stained ones are
        # here, and three in four of those left at half their width
        return _unclear(piece)
    stained = stain and piece.change != "cleared"
    return piece.left_with(share, gain, "stain" if stained else "vein")


def _unclear(piece: Piece) -> Piece:
    return replace(piece, change="unjudged", seen_as="unclear")


def _without_marks(
    pieces: tuple[Piece, ...],
    lines: tuple[CentrelinePiece, ...],
    pair: Pair,
    planes: Planes,
    noise: float,
    px_per_mm: float,
) -> tuple[Piece, ...]:
    """Take moles and creases out of the count."""
    kinds = marks_among(
        _own_lines(pieces, lines),
        planes,
        pair.overlap,
        sigma_px=np.array([piece.sigma_px for piece in pieces]),
        noise=noise,
        px_per_mm=px_per_mm,
    )
    return tuple(
        piece if kind == "vein" else replace(piece, change="unjudged", seen_as=kind)
        for piece, kind in zip(pieces, kinds, strict=True)
    )


def _not_measured(
    judged: tuple[Piece, ...],
    lines: tuple[CentrelinePiece, ...],
    shown: Mask,
    noise: float,
) -> list[Piece]:
    """Lines of BEFORE that lie in the field and have no contrast in both pictures.

    A hair or glare beside them, or no patch of skin near that was found again. Of a leg
    of which all was treated they were two thirds of the vein, and the share of "all
    vein" was told of the rest.
    """
    measured = {id(piece.points_rc) for piece in judged}
    height, width = shown.shape
    found: list[Piece] = []
    for line in lines:
        if id(line.points_rc) in measured:
            continue
        rows, columns = np.rint(line.points_rc).astype(int).T
        within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        if not within.any() or np.mean(shown[rows[within], columns[within]]) <= 0.5:
            continue
        found.append(
            Piece(
                piece_id=len(found),
                branch=line.branch,
                vein_class=line.vein_class,
                points_rc=line.points_rc,
                length_px=line.length_px,
                diameter_px=line.diameter_px,
                sigma_px=np.nan,
                contrast_before=np.nan,
                contrast_after=np.nan,
                noise=noise,
                ratio=np.nan,
                change="unjudged",
            )
        )
    return found


def _without_bruises(pieces: tuple[Piece, ...], bruise: Mask) -> tuple[Piece, ...]:
    """Judge nothing under a bruise: it hides what stayed, and its rim looks new."""
    height, width = bruise.shape
    kept = []
    for piece in pieces:
        rows, columns = np.rint(piece.points_rc).astype(int).T
        under = bruise[rows.clip(0, height - 1), columns.clip(0, width - 1)].mean()
        if under <= _UNDER_BRUISE or not piece.counts:
            kept.append(piece)
        elif piece.change != "new":
            kept.append(replace(piece, change="unjudged", seen_as="bruise"))
    return tuple(kept)


def _own_lines(
    pieces: tuple[Piece, ...], lines: tuple[CentrelinePiece, ...]
) -> tuple[CentrelinePiece, ...]:
    # the line of each piece; a piece keeps its line's own points
    of_points = {id(line.points_rc): line for line in lines}
    return tuple(of_points[id(piece.points_rc)] for piece in pieces)


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
