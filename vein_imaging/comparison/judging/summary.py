"""The change table: lengths, clearance, its interval, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from vein_imaging.comparison.judging.change import Change, Piece
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
    "improved", "no measurable change", "worse", "not comparable", "not yet assessable"
]

ASSESSABLE_AFTER_DAYS = 56
"""Eight weeks: earlier, a vein may be closed but not gone, or hidden by bruise."""

_JUDGED = ("cleared", "faded", "persistent")
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
        clearance is certain; certain means that the interval excludes 0.
    """
    if days_between is not None and days_between < ASSESSABLE_AFTER_DAYS:
        return "not yet assessable"
    if not np.isfinite(summary.clearance_pct):
        return "not comparable"
    if summary.new_lo_pct > 0 and summary.new_px > summary.cleared_px:
        return "worse"
    return "improved" if summary.clearance_lo_pct > 0 else "no measurable change"


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

    The interval is a bootstrap over branches, because the pieces of one branch share
    their fate, its half widths joined with the repeat error as a root of squares. It is
    drawn for the contrasts as they are and for AFTER's divided by `gain`; the interval
    given holds both.

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
    ends = _bootstrap(pieces, part, 1.0, repeat)
    if np.isfinite(gain):
        ends += _bootstrap(pieces, part, gain, repeat)
    return 100 * share, min(ends), max(ends)


def _bootstrap(
    pieces: Sequence[Piece], part: Change, gain: float, repeat: RepeatError
) -> tuple[float, ...]:
    branches = sorted({piece.branch for piece in pieces})
    place = {branch: index for index, branch in enumerate(branches)}
    table = np.zeros((len(branches), 2))  # length of the part, length judged
    for piece in pieces:
        change = piece.change_at(gain)
        judged = change in _JUDGED
        table[place[piece.branch]] += np.array([change == part, judged]) * (
            piece.length_px
        )
    part_px, judged_px = table.sum(axis=0)
    share = 100 * part_px / judged_px
    rng = np.random.default_rng(_SEED)
    draws = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), _DRAWS)
    sums = draws @ table
    shares = 100 * sums[:, 0] / np.maximum(sums[:, 1], 1e-9)
    low, high = np.percentile(shares[sums[:, 1] > 0], [2.5, 97.5])
    return (
        float(share - np.hypot(max(0.0, share - low), repeat.floor_pct)),
        float(share + np.hypot(max(0.0, high - share), repeat.floor_pct)),
    )
