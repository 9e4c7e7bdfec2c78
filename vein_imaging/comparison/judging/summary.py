"""The change table: lengths, clearance, its interval, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from vein_imaging.comparison.judging.change import (
    CLEARED_BELOW,
    NEW_BELOW,
    Change,
    Piece,
)
from vein_imaging.comparison.judging.regions import Extent
from vein_imaging.comparison.repeatability import RepeatError
from vein_imaging.words import translate as _

__all__ = [
    "ASSESSABLE_AFTER_DAYS",
    "Assessment",
    "ChangeSummary",
    "assess",
    "summarise",
]

Assessment = Literal[
    "improved",
    "improved, at the edge of what can be measured",
    "no measurable change",
    "worse",
    "not comparable",
    "not yet assessable",
]

ASSESSABLE_AFTER_DAYS = 56
"""Eight weeks: earlier, a vein may be closed but not gone, or hidden by bruise."""

_JUDGED = ("cleared", "faded", "persistent")
_EDGE_PCT = 2.5
"""An interval's end is not known better: of ten same-day pairs a repeat error of 10
points has an error of 22 %."""
_BRANCH_SD = 0.05
"""Of a ratio, common to all pieces of a branch: light and depth of focus along it. On
the second phantom 80 % of the ratios of veins that stayed lie between .92 and 1.04."""
_STAIN_BRANCH_SD = 0.15  # the stain's own error; a stain follows the whole branch
_DRAWS = 2000
"""With so many draws, the ends of a 95 % interval vary by .06 of its standard
deviation."""
_SEED = 20150512  # any; the same pieces give the same interval


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """One row of the change table: one region of one comparison.

    Lengths are in px of BEFORE; `row` gives them in mm where the size of a pixel is
    known.

    Parameters
    ----------
    region : str
        "whole", or the name of a region of interest.
    before, after : Extent
        Each picture alone.
    judged_px, unjudged_px : px
        Pieces of BEFORE with enough contrast, and without.
    cleared_px, faded_px, persistent_px, new_px : px
        The first three add up to `judged_px`; new veins are beside them.
    clearance_pct, clearance_lo_pct, clearance_hi_pct : %
        Cleared over judged with its 95 % interval, which holds the repeat error; nan
        where nothing could be judged.
    unclipped_lo_pct : %
        The lower end where it may be below 0: how near it is to the edge.
    new_pct, new_lo_pct : %
        New over judged, and the lower end of its interval; may pass 100.
    diameter_before_px : px
        Length-weighted mean over the persistent pieces; nan where there are none.
    repeat : RepeatError
        What the same measure shows where nothing changed.
    """

    region: str
    before: Extent
    after: Extent
    judged_px: float
    unjudged_px: float
    cleared_px: float
    faded_px: float
    persistent_px: float
    new_px: float
    clearance_pct: float
    clearance_lo_pct: float
    clearance_hi_pct: float
    unclipped_lo_pct: float
    new_pct: float
    new_lo_pct: float
    diameter_before_px: float
    repeat: RepeatError

    @property
    def meets_75pct(self) -> Literal["Y", "N", "unclear"]:
        """Whether at least 75 % cleared; unclear where the interval contains 75.

        The endpoint of Bertanha et al. 2021, EJVES (PII S1078-5884(20)30615-8).
        """
        if self.clearance_lo_pct >= 75:
            return "Y"
        return "N" if self.clearance_hi_pct < 75 else "unclear"

    @property
    def all_veins_pct(self) -> tuple[float, float]:
        """Cleared share of all vein seen BEFORE, judged or not: least and most, %.

        The interval of what was judged, and of what was not judged nothing or all.
        """
        whole = self.judged_px + self.unjudged_px
        if not whole > 0 or not np.isfinite(self.clearance_pct):
            return 0.0, 100.0
        judged = self.judged_px / whole
        low = self.clearance_lo_pct * judged
        return low, self.clearance_hi_pct * judged + 100 * (1 - judged)

    def all_veins_text(self) -> str:
        """Say how much of all vein cleared, so that what was not judged hides none."""
        whole = self.judged_px + self.unjudged_px
        if not whole > 0:
            return _("no vein was seen BEFORE where the pictures overlap")
        low, high = self.all_veins_pct
        return _(
            "of all vein seen BEFORE where the pictures overlap, {low:.0f} to "
            "{high:.0f} % cleared; {unjudged:.0f} % of it could not be judged"
        ).format(low=low, high=high, unjudged=100 * self.unjudged_px / whole)

    def clearance_text(self) -> str:
        """Quote the percentage in full: with its interval and repeat error."""
        if not np.isfinite(self.clearance_pct):
            return _("clearance is not known: no vein could be judged")
        return _(
            "{clearance_pct:.0f} % cleared (95 % interval {clearance_lo_pct:.0f} to "
            "{clearance_hi_pct:.0f} %), {describe}"
        ).format(
            clearance_pct=self.clearance_pct,
            clearance_lo_pct=self.clearance_lo_pct,
            clearance_hi_pct=self.clearance_hi_pct,
            describe=self.repeat.describe(),
        )


def assess(summary: ChangeSummary, days_between: int | None = None) -> Assessment:
    """Give the conclusion that a row allows, in one phrase.

    Parameters
    ----------
    summary : ChangeSummary
    days_between : days, optional
        Between the pictures; before eight weeks there is no conclusion.

    Returns
    -------
    Assessment
        "worse" where new veins are certain and pass what cleared; "improved" where
        clearance is certain: the interval excludes 0 by more than its own error. Where
        its end is nearer to 0 than that, the words say so.
    """
    if days_between is not None and days_between < ASSESSABLE_AFTER_DAYS:
        return "not yet assessable"
    if not np.isfinite(summary.clearance_pct):
        return "not comparable"
    if summary.new_lo_pct > 0 and summary.new_px > summary.cleared_px:
        return "worse"
    if summary.unclipped_lo_pct > _EDGE_PCT:
        return "improved"
    if summary.unclipped_lo_pct > -_EDGE_PCT and summary.clearance_pct > 0:
        return "improved, at the edge of what can be measured"
    return "no measurable change"


def days_between(before: date | None, after: date | None) -> int | None:
    """Count the days from BEFORE to AFTER; None where a date is missing.

    Parameters
    ----------
    before, after : date, optional

    Returns
    -------
    int or None

    Raises
    ------
    ValueError
        If AFTER is earlier than BEFORE.
    """
    if before is None or after is None:
        return None
    if after < before:
        raise ValueError(
            _(
                "AFTER is dated {after}, before BEFORE ({before}): swap the pictures "
                "or correct the dates"
            ).format(after=after, before=before)
        )
    return (after - before).days


def summarise(
    pieces: Sequence[Piece],
    extents: tuple[Extent, Extent],
    repeat: RepeatError,
    *,
    gain: float = 1.0,
    region: str = "whole",
) -> ChangeSummary:
    """Add the pieces up, with an interval.

    What was judged is all there is to know the share of; what is not known is whether
    each piece was judged rightly. So the interval is drawn by judging anew, each ratio
    moved by its own error and one that its branch shares; joined with the repeat error
    as a root of squares. It is drawn for the contrasts as they are and for AFTER's
    divided by `gain`; the interval given holds both.

    Parameters
    ----------
    pieces : of Piece
    extents : BEFORE, AFTER
    repeat : RepeatError
    gain : > 0
        `ExposureMatch.texture_gain`; nan counts as 1.
    region : str

    Returns
    -------
    ChangeSummary
    """
    length = {
        name: math.fsum(piece.length_px for piece in pieces if piece.change == name)
        for name in ("cleared", "faded", "persistent", "new", "unjudged")
    }
    length["unjudged"] -= math.fsum(
        p.length_px for p in pieces if p.change == "unjudged" and not p.counts
    )
    judged = length["cleared"] + length["faded"] + length["persistent"]
    share, low, high = _interval(pieces, "cleared", repeat, gain)
    grown, grown_low, _ = _interval(pieces, "new", repeat, gain)
    stayed = [piece for piece in pieces if piece.change == "persistent"]
    return ChangeSummary(
        region=region,
        before=extents[0],
        after=extents[1],
        judged_px=judged,
        unjudged_px=length["unjudged"],
        cleared_px=length["cleared"],
        faded_px=length["faded"],
        persistent_px=length["persistent"],
        new_px=length["new"],
        clearance_pct=share,
        clearance_lo_pct=float(np.clip(low, 0, 100)),
        clearance_hi_pct=float(np.clip(high, 0, 100)),
        unclipped_lo_pct=low,
        new_pct=grown,
        new_lo_pct=float(np.maximum(0, grown_low)),
        diameter_before_px=(
            float(
                np.average(
                    [piece.diameter_px for piece in stayed],
                    weights=[piece.length_px for piece in stayed],
                )
            )
            if stayed
            else np.nan
        ),
        repeat=repeat,
    )


def _interval(
    pieces: Sequence[Piece], part: Change, repeat: RepeatError, gain: float
) -> tuple[float, float, float]:
    """Percent of the judged length, and the ends of its interval."""
    whole = math.fsum(p.length_px for p in pieces if p.change in _JUDGED)
    if not whole > 0:
        return np.nan, np.nan, np.nan
    share = math.fsum(p.length_px for p in pieces if p.change == part) / whole
    chosen = [p for p in pieces if p.change in _JUDGED or p.change == part]
    ends: list[float] = []
    for factor in {1.0, gain} if np.isfinite(gain) else {1.0}:
        centre, below, above = _judged_anew(chosen, part, factor)
        ends.append(centre - math.hypot(below, repeat.floor_pct))
        ends.append(centre + math.hypot(above, repeat.floor_pct))
    return 100 * share, min(*ends, 100 * share), max(*ends, 100 * share)


def _judged_anew(
    pieces: Sequence[Piece], part: Change, gain: float
) -> tuple[float, float, float]:
    """Percent of the judged length at this gain, and its error to both sides."""
    length = np.array([piece.length_px for piece in pieces])
    judged = np.array([piece.change in _JUDGED for piece in pieces])
    whole = float(length[judged].sum())
    now = np.array([piece.change_at(gain) == part for piece in pieces])
    centre = 100 * float(length[now].sum()) / whole
    free = np.array(
        [
            not piece.overridden
            and bool(np.isfinite(piece.ratio))
            and (piece.change == "new") == (part == "new")
            for piece in pieces
        ]
    )
    if not free.any():
        return centre, 0.0, 0.0
    chosen = [piece for piece, one in zip(pieces, free, strict=True) if one]
    _names, branch = np.unique([p.branch for p in chosen], return_inverse=True)
    stain = np.array([piece.seen_as == "stain" for piece in chosen])
    rng = np.random.default_rng(_SEED)
    common = rng.normal(size=(_DRAWS, int(branch.max()) + 1))[:, branch]
    own = rng.normal(size=(_DRAWS, len(chosen)))
    ratio = np.array([piece.ratio for piece in chosen])
    ratio = ratio * gain if part == "new" else ratio / gain
    moved = ratio + common * np.where(stain, _STAIN_BRANCH_SD, _BRANCH_SD)
    moved += own * np.array([piece.ratio_sd for piece in chosen])
    below = moved < (NEW_BELOW if part == "new" else CLEARED_BELOW)
    fixed = float(length[now & ~free].sum())
    shares = 100 * (below @ length[free] + fixed) / whole
    low, high = (float(end) for end in np.percentile(shares, [2.5, 97.5]))
    # ratios hold their error once already: of what a second one moves, half is counted
    middle = (float(shares.mean()) + centre) / 2
    return centre, max(0.0, middle - low), max(0.0, high - middle)
