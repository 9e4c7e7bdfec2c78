"""What became of each piece of vein, and of all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.pieces import Line, contrasts, shifted
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Change", "Pair", "Piece", "judge", "noise_floor"]

Change = Literal["cleared", "faded", "persistent", "new", "unjudged"]
"""Contrast AFTER over BEFORE: below 1/3, up to 2/3, above; "new": cleared reversed."""

CLEARED_BELOW, PERSISTENT_ABOVE = 0.33, 0.67
_JUDGED_ABOVE = 2.0  # noise floors
_NOISE_PERCENTILE = 90
_VEIN_NEARBY = 0.2  # of a line beside a vein may lie on another vein


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Both pictures in the frame of BEFORE.

    Parameters
    ----------
    before_log, after_log : (H, W) float32
        `Surface.log`; AFTER already aligned.
    before_veins, after_veins : (H, W) bool
        Masks of veins, AFTER already aligned.
    overlap : (H, W) bool
        Where the two can be compared.
    """

    before_log: Image
    after_log: Image
    before_veins: Mask
    after_veins: Mask
    overlap: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A piece of vein of at most a few millimetres, and what became of it.

    Parameters
    ----------
    piece_id : int
    branch : int
        Pieces of one branch share it; branches only seen AFTER count on.
    vein_class : str
        CEAP class of its branch.
    points_rc : (N, 2) float64
        px in BEFORE.
    length_px, diameter_px : px
    contrast_before, contrast_after : ln intensity
        Flanks minus centre.
    noise : ln intensity
        What the same measure shows beside veins, 90th percentile of both pictures.
    ratio : float
        AFTER over BEFORE; for new veins below 0.33 the other way; nan where unjudged.
    change : Change
    overridden : bool
        True where a person decided.
    """

    piece_id: int
    branch: int
    vein_class: str
    points_rc: NDArray[np.float64]
    length_px: float
    diameter_px: float
    contrast_before: float
    contrast_after: float
    noise: float
    ratio: float
    change: Change
    overridden: bool = False

    def decided(self, change: Change) -> Piece:
        """Put a person's decision in place of the computed one."""
        return replace(self, change=change, overridden=True)


def noise_floor(
    pair: Pair, lines: Sequence[Line], *, beside_px: float, search_px: int
) -> float:
    """Measure what the contrast shows where there is no vein.

    The pieces are moved sideways to both sides; those that land on a vein are left out.

    Parameters
    ----------
    pair : Pair
    lines : of Line
    beside_px, search_px : px

    Returns
    -------
    float
        The larger 90th percentile of the two pictures; inf where there is no place to
        measure it.
    """
    beside = [
        moved
        for line in lines
        for sign in (-1, 1)
        if _is_bare(moved := shifted(line, sign * (beside_px + line.diameter_px)), pair)
    ]
    floors = []
    for log in (pair.before_log, pair.after_log):
        found = contrasts(log, pair.overlap, tuple(beside), search_px=search_px)
        known = found[np.isfinite(found)]
        if known.size < 10:
            return float("inf")
        floors.append(float(np.percentile(known, _NOISE_PERCENTILE)))
    return max(floors)


def judge(
    pair: Pair,
    before_lines: Sequence[Line],
    after_lines: Sequence[Line],
    *,
    noise: float,
    search_px: int,
    gain: float = 1.0,
) -> tuple[Piece, ...]:
    """Say of each piece whether it cleared, faded, stayed, or is new.

    Parameters
    ----------
    pair : Pair
    before_lines, after_lines : of Line
        Both in BEFORE's frame.
    noise : ln intensity
        From `noise_floor`.
    search_px : px
    gain : > 0
        Contrast of AFTER is divided by it.

    Returns
    -------
    tuple of Piece
        All BEFORE pieces that lie in the overlap, then the new ones.
    """
    pieces: list[Piece] = []
    first_new = 1 + max((line.branch for line in before_lines), default=-1)
    for new, lines in ((False, before_lines), (True, after_lines)):
        measured = [
            contrasts(log, pair.overlap, tuple(lines), search_px=search_px) / by
            for log, by in ((pair.before_log, 1.0), (pair.after_log, gain))
        ]
        for line, before, after in zip(lines, *measured, strict=True):
            if not np.isfinite(before + after):
                continue
            own, other = (after, before) if new else (before, after)
            ratio = max(other, 0.0) / own if own > _JUDGED_ABOVE * noise else np.nan
            change = _change(ratio, new=new)
            if new and change != "new":
                continue
            pieces.append(
                Piece(
                    len(pieces),
                    line.branch + first_new * new,
                    line.vein_class,
                    line.points_rc,
                    line.length_px,
                    line.diameter_px,
                    float(before),
                    float(after),
                    noise,
                    float(ratio),
                    change,
                )
            )
    return tuple(pieces)


def _change(ratio: float, *, new: bool) -> Change:
    if np.isnan(ratio):
        return "unjudged"
    if ratio < CLEARED_BELOW:
        return "new" if new else "cleared"
    return "persistent" if ratio > PERSISTENT_ABOVE else "faded"


def _is_bare(line: Line, pair: Pair) -> bool:
    rows, columns = np.rint(line.points_rc).astype(int).T
    height, width = pair.overlap.shape
    if rows.min() < 0 or columns.min() < 0:
        return False
    if rows.max() >= height or columns.max() >= width:
        return False
    veins = pair.before_veins[rows, columns] | pair.after_veins[rows, columns]
    return bool(veins.mean() <= _VEIN_NEARBY)
