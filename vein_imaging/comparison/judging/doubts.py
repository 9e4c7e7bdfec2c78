"""Why a comparison cannot be made, or must be read with care."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Piece
from vein_imaging.comparison.judging.focus import SHARP_FINENESS, knows_hairs
from vein_imaging.comparison.preparing.prepared import Side
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.words import translate as _

__all__ = ["doubts_of", "failures_of"]

_LEAST_JUDGED_PIECES = 8
"""With fewer pieces, one piece changes the percentage by more than its interval
says."""
_JUDGED_SHARE = 0.5
"""If most of the length was too faint to judge, the rest does not represent it."""
_UNCLEAR_DOUBT, _UNCLEAR_MOST = 0.3, 0.4
"""Of the length that stood out BEFORE. What is left as a stain is left out then, and
what stayed is not: of four drawn pairs out of focus in which all vanished, 63 to 86 %
was shown where two fifths to two thirds were unclear."""
_WIDEST_PCT = 60.0
"""An interval that leaves most of 0 to 100 open says nothing of the leg. One real pair
had 7 judged pieces, and 8 or 9 once turned or saved again as JPEG: then 20 to 93 %."""
_FEW_PIECES, _FEW_BRANCHES = 20, 5  # on which an interval does not rest well
_SCALE_TOLERANCE = 0.08
"""A scale is read and a leg is placed to within a few per cent; a larger difference
means that a scale is wrong."""


def failures_of(
    pieces: Sequence[Piece], interval_pct: tuple[float, float] = (0.0, 0.0)
) -> list[str]:
    """Say why no clearance can be told; empty where it can.

    Parameters
    ----------
    pieces : of Piece
    interval_pct : %
        Both ends of the interval of their clearance.

    Returns
    -------
    list of str
    """
    judged = len(_judged(pieces))
    unclear = _unclear_share(pieces)
    seen = judged + sum(_is_unclear(piece) for piece in pieces)
    if seen >= _LEAST_JUDGED_PIECES and unclear > _UNCLEAR_MOST:
        return [
            _(
                "what is left of {unclear:.0f} % of the vein length may be vein or "
                "the stain that it left: too much for a figure"
            ).format(unclear=100 * unclear)
        ]
    if judged >= _LEAST_JUDGED_PIECES:
        return _too_wide(judged, interval_pct)
    return [
        _(
            "only {judged} pieces of vein stand out enough in BEFORE to be judged; "
            "{least_judged_pieces} are needed"
        ).format(judged=judged, least_judged_pieces=_LEAST_JUDGED_PIECES)
    ]


def _too_wide(judged: int, interval_pct: tuple[float, float]) -> list[str]:
    low, high = interval_pct
    if not high - low > _WIDEST_PCT:
        return []
    return [
        _(
            "the {judged} pieces of vein that can be judged leave everything open: "
            "{low:.0f} to {high:.0f} % may have cleared"
        ).format(judged=judged, low=low, high=high)
    ]


def doubts_of(
    before: Side,
    after: Side,
    transform: Transform,
    fineness: float,
    pieces: Sequence[Piece],
) -> list[str]:
    """Say what a reader of the figures must know; empty where there is nothing.

    Parameters
    ----------
    before, after : Side
    transform : Transform
    fineness : float
        `ExposureMatch.fineness`.
    pieces : of Piece

    Returns
    -------
    list of str
    """
    doubts = [
        *_scale_doubts(transform, before.found, after.found),
        *_focus_doubts(before, after, fineness),
        *_faint_doubts(pieces),
    ]
    if before.light != after.light:
        doubts.append(
            _(
                "BEFORE was read from its {before} channel and AFTER from its {after} "
                "one: the light was not the same"
            ).format(before=before.light, after=after.light)
        )
    return doubts


def _focus_doubts(before: Side, after: Side, fineness: float) -> list[str]:
    unsure = [
        name
        for name, side in (("BEFORE", before), ("AFTER", after))
        if not knows_hairs(side.view.surface.hair.sigma_px / side.px_per_mm, fineness)
    ]
    if fineness >= SHARP_FINENESS or not unsure:
        return []
    return [
        _(
            "{unsure} may be out of focus: hairs cannot be told apart from thin veins, "
            "and lines as thin as the thinnest are not judged"
        ).format(unsure=" and ".join(unsure))
    ]


def _judged(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.change not in ("unjudged", "new")]


def _is_unclear(piece: Piece) -> bool:
    return piece.seen_as == "unclear" and piece.change == "unjudged"


def _unclear_share(pieces: Sequence[Piece]) -> float:
    judged = math.fsum(piece.length_px for piece in _judged(pieces))
    unclear = math.fsum(piece.length_px for piece in pieces if _is_unclear(piece))
    return unclear / (judged + unclear) if unclear else 0.0


def _faint_doubts(pieces: Sequence[Piece]) -> list[str]:
    judged = _judged(pieces)
    branches = {piece.branch for piece in judged}
    doubts = []
    if judged and (len(judged) < _FEW_PIECES or len(branches) < _FEW_BRANCHES):
        doubts.append(
            _(
                "only {judged} pieces of {branches} veins could be judged: the "
                "interval rests on few measurements"
            ).format(judged=len(judged), branches=len(branches))
        )
    unclear = _unclear_share(pieces)
    if unclear > _UNCLEAR_DOUBT:
        doubts.append(
            _(
                "what is left of {unclear:.0f} % of the vein length may be vein or "
                "stain, and is not counted"
            ).format(unclear=100 * unclear)
        )
    length = math.fsum(piece.length_px for piece in judged)
    # what could not be measured at all is told beside the figure, with all vein
    faint = math.fsum(
        p.length_px
        for p in pieces
        if p.change == "unjudged" and p.seen_as == "vein" and _was_measured(p)
    )
    if length < _JUDGED_SHARE * (length + faint):
        share = 100 * faint / (length + faint)
        doubts.append(
            _(
                "{share:.0f} % of the veins in BEFORE are too faint or thin to judge"
            ).format(share=share)
        )
    return doubts


def _was_measured(piece: Piece) -> bool:
    return math.isfinite(piece.contrast_before)


def _scale_doubts(transform: Transform, before: VeinMap, after: VeinMap) -> list[str]:
    if before.mm_per_pixel is None or after.mm_per_pixel is None:
        return []
    ratio = transform.scale() * after.mm_per_pixel / before.mm_per_pixel
    if abs(ratio - 1) <= _SCALE_TOLERANCE:
        return []
    size = "larger" if ratio > 1 else "smaller"
    off = 100 * abs(ratio - 1)
    return [
        _(
            "the skin is {off:.0f} % {size} AFTER than the pixel sizes allow: the "
            "distance changed, or a calibration is wrong"
        ).format(off=off, size=size)
    ]
