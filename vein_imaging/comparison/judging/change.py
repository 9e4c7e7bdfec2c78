"""What became of each piece of vein, and of all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.judging.pieces import (
    CentrelinePiece,
    Seen,
    measure,
    shifted,
)
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Change", "Pair", "Piece", "SeenAs", "judge", "noise_floor"]

Change = Literal["cleared", "faded", "persistent", "new", "unjudged"]
"""Ratio of the contrast AFTER to that BEFORE: cleared is below .22, faded up to .67,
persistent above. "new": BEFORE shows less than .3 of what AFTER does."""

SeenAs = Literal[
    "vein", "stain", "unclear", "bruise", "old stain", "mole", "crease"
]  # fmt: skip
"""What a dark line is. "stain": AFTER shows one where the vein was, wider or browner;
"unclear": what is left may be vein or stain; "bruise": AFTER shows one there; neither
is judged. The last three are in BEFORE already; they are no veins and are not
counted."""

CLEARED_BELOW, PERSISTENT_ABOVE = 0.22, 0.67
"""A vein at half its diameter keeps a quarter of what it absorbs, and it has not gone:
"cleared" ends below that. With .30, and .40 beside a stain, it was called cleared now
and then, and on the first phantom 6 points too much were shown, up to 12 on one leg."""
NEW_BELOW = 0.30
"""A line is new where BEFORE shows less of it: a question of noise, not of width."""
_STAIN_SD = 0.15
"""Of the share of a vein told apart from its stain: half the distance from the 25th to
the 90th percentile of vanished, stained veins of the second phantom."""
_SD_OF_FLOOR = 1 / 1.28  # a 90th percentile is 1.28 standard deviations of noise
_JUDGED_ABOVE = 2.0  # noise floors
_NOISE_PERCENTILE = 90
"""On nine of ten stretches of bare skin the contrast is below the noise floor."""
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
    sigma_px : px
        Width of the dip across it, in the picture it was found in.
    contrast_before, contrast_after : ln intensity
        Flanks minus centre.
    noise : ln intensity
        What the same measure shows beside veins, 90th percentile of both pictures.
    ratio : float
        AFTER over BEFORE, as seen; for new veins below 0.3 the other way; nan where
        too faint or thin.
    change : Change
    overridden : bool
        True where a person decided.
    seen_as : SeenAs
        "vein", unless it was told apart from one.
    """

    piece_id: int
    branch: int
    vein_class: str
    points_rc: NDArray[np.float64]
    length_px: float
    diameter_px: float
    sigma_px: float
    contrast_before: float
    contrast_after: float
    noise: float
    ratio: float
    change: Change
    overridden: bool = False
    seen_as: SeenAs = "vein"

    @property
    def counts(self) -> bool:
        """Whether it was vein at all BEFORE."""
        return self.seen_as in ("vein", "stain", "unclear", "bruise")

    @property
    def ratio_sd(self) -> float:
        """Standard deviation of `ratio`: noise over contrast, and that of a stain."""
        own = self.contrast_after if self.change == "new" else self.contrast_before
        noise = _SD_OF_FLOOR * self.noise / own if own > 0 else 0.0
        return math.hypot(noise, _STAIN_SD if self.seen_as == "stain" else 0.0)

    def decided(self, change: Change) -> Piece:
        """Put a person's decision in place of the computed one."""
        return replace(self, change=change, overridden=True)

    def change_at(self, gain: float) -> Change:
        """Say what it would be if AFTER showed every contrast `gain` times too strong.

        Parameters
        ----------
        gain : > 0

        Returns
        -------
        Change
            A person's decision stands.
        """
        if self.overridden or not np.isfinite(self.ratio):
            return self.change
        if self.change == "new":
            return _change(self.ratio * gain, new=True)
        return _change(self.ratio / gain, new=False)

    def left_with(self, share: float, gain: float, seen_as: SeenAs) -> Piece:
        """Judge it by what is left of the vein itself, beside a stain or none.

        Parameters
        ----------
        share : float
            Of BEFORE's own profile that AFTER still has.
        gain : > 0
            As in `judge`.
        seen_as : SeenAs
        """
        share = max(share, 0.0)
        change = _change(share / gain, new=False)
        return replace(self, ratio=share, change=change, seen_as=seen_as)


def noise_floor(
    pair: Pair, lines: Sequence[CentrelinePiece], *, beside_px: float, search_px: int
) -> float:
    """Measure what the contrast shows where there is no vein.

    The pieces are moved sideways to both sides; those that land on a vein are left out.

    Parameters
    ----------
    pair : Pair
    lines : of CentrelinePiece
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
        found = measure(log, pair.overlap, tuple(beside), search_px=search_px)
        known = found.contrast[np.isfinite(found.contrast)]
        if known.size < 10:
            return float("inf")
        floors.append(float(np.percentile(known, _NOISE_PERCENTILE)))
    return max(floors)


def judge(
    lines: Sequence[CentrelinePiece],
    was: Seen,
    now: Seen,
    *,
    noise: float,
    narrowest_px: float = 0.0,
    gain: float = 1.0,
    new: bool = False,
) -> tuple[Piece, ...]:
    """Decide for each piece of BEFORE whether it cleared, faded or stayed.

    Parameters
    ----------
    lines : of CentrelinePiece
        In BEFORE's frame.
    was, now : Seen
        What the two pictures show of them.
    noise : ln intensity
        From `noise_floor`.
    narrowest_px : px
        Sigma at and below which a line may be a hair, and is not judged.
    gain : > 0
        The contrast of AFTER is taken to be this many times too strong.
    new : bool
        The lines were found AFTER: only those that BEFORE does not show are given.

    Returns
    -------
    tuple of Piece
        Those that both pictures show enough of.
    """
    pieces: list[Piece] = []
    own, other = (now, was) if new else (was, now)
    for index, line in enumerate(lines):
        contrast, rest = own.contrast[index], other.contrast[index]
        if not np.isfinite(contrast + rest):
            continue
        clear = contrast > _JUDGED_ABOVE * noise
        clear &= own.sigma_px[index] > narrowest_px
        ratio = float(max(rest, 0.0) / contrast) if clear else np.nan
        change = _change(ratio * gain if new else ratio / gain, new=new)
        if new and change != "new":
            continue
        pieces.append(
            Piece(
                piece_id=len(pieces),
                branch=line.branch,
                vein_class=line.vein_class,
                points_rc=line.points_rc,
                length_px=line.length_px,
                diameter_px=line.diameter_px,
                sigma_px=float(own.sigma_px[index]),
                contrast_before=float(was.contrast[index]),
                contrast_after=float(now.contrast[index]),
                noise=noise,
                ratio=ratio,
                change=change,
            )
        )
    return tuple(pieces)


def _change(ratio: float, *, new: bool) -> Change:
    if np.isnan(ratio):
        return "unjudged"
    if ratio < (NEW_BELOW if new else CLEARED_BELOW):
        return "new" if new else "cleared"
    return "persistent" if ratio > PERSISTENT_ABOVE else "faded"


def _is_bare(line: CentrelinePiece, pair: Pair) -> bool:
    rows, columns = np.rint(line.points_rc).astype(int).T
    height, width = pair.overlap.shape
    if rows.min() < 0 or columns.min() < 0:
        return False
    if rows.max() >= height or columns.max() >= width:
        return False
    veins = pair.before_veins[rows, columns] | pair.after_veins[rows, columns]
    return bool(veins.mean() <= _VEIN_NEARBY)
