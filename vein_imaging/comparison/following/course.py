"""A course of three or more visits in one frame: what is left over time, and drift."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from vein_calibration.pixel_size import PixelSize
from vein_imaging.comparison.compare import compare
from vein_imaging.comparison.judging.summary import ASSESSABLE_AFTER_DAYS, ChangeSummary
from vein_imaging.comparison.result import Comparison
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.imaging.arrays import Mask, Picture
from vein_imaging.words import translate as _

__all__ = ["Course", "CourseVisit", "follow_course"]

_DRIFT_STEP_PX = 16  # alignment is smooth over more than this
_LEAST_COMMON = 0.1  # of the first picture; less is no leg to follow
_DRIFT_DOUBT_MM = 0.4
"""As far as a vein is sought sideways; beyond, another place may be judged."""


@dataclass(frozen=True, slots=True, eq=False)
class CourseVisit:
    """One later visit, held against the first.

    Parameters
    ----------
    day : date
    comparison : Comparison
        First picture as BEFORE, this one as AFTER.
    summary : ChangeSummary or None
        Of the field that every aligned visit shows; None where not measured.
    drift_px : BEFORE px
        Median distance between this visit's place aligned directly and aligned by way
        of the visit before it: how far the chain and the direct way disagree; nan where
        either was refused, or there is no visit between.
    reasons : tuple of str
        Why there is no figure, or it must be read with care.
    """

    day: date
    comparison: Comparison
    summary: ChangeSummary | None
    drift_px: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A course in the frame of its first picture.

    Parameters
    ----------
    first_day : date
    first : (H, W) or (H, W, 3)
    visits : tuple of CourseVisit
        The later ones, by day.
    common : (H, W) bool
        What every aligned visit shows: every figure counts the same veins.
    """

    first_day: date
    first: Picture
    visits: tuple[CourseVisit, ...]
    common: Mask

    @property
    def mm_per_pixel(self) -> float | None:
        """Of the first picture."""
        return self.visits[0].comparison.mm_per_pixel


def follow_course(
    pictures: Sequence[Picture],
    days: Sequence[date],
    *,
    mm_per_pixel: Sequence[float | PixelSize] | None = None,
    settings: CompareSettings | None = None,
) -> Course:
    """Bring three or more visits into the first one's frame and measure each.

    Parameters
    ----------
    pictures : three or more (H, W) or (H, W, 3) RGB
        By day.
    days : of date
        One for each, none earlier than the one before.
    mm_per_pixel : one for each, optional
    settings : CompareSettings, optional

    Returns
    -------
    Course

    Raises
    ------
    ValueError
        If there are fewer than three, the numbers differ, or a day is out of order.
    """
    _checked(pictures, days, mm_per_pixel)
    scales = list(mm_per_pixel) if mm_per_pixel is not None else None

    def against(one: int, other: int) -> Comparison:
        pair = None if scales is None else (scales[one], scales[other])
        return compare(
            pictures[one], pictures[other], mm_per_pixel=pair, settings=settings
        )

    direct = [against(0, index) for index in range(1, len(pictures))]
    aligned = [one for one in direct if one.alignment_verdict != "refused"]
    shape = direct[0].overlap.shape
    common = np.ones(shape, np.bool_) if aligned else np.zeros(shape, np.bool_)
    for one in aligned:
        common &= one.overlap
    visits = []
    for index, comparison in enumerate(direct):
        drift = math.nan
        if index and _both_aligned(comparison, direct[index - 1]):
            step = against(index, index + 1)
            drift = _drift_px(direct[index - 1], step, comparison, common)
        passed = (days[index + 1] - days[0]).days
        visits.append(_visit(days[index + 1], comparison, common, drift, passed))
    return Course(days[0], pictures[0], tuple(visits), common)


def _visit(
    day: date, comparison: Comparison, common: Mask, drift_px: float, passed: int
) -> CourseVisit:
    reasons = list(comparison.reasons)
    mm = comparison.mm_per_pixel
    summary = None
    if comparison.verdict != "refused":
        if common.mean() < _LEAST_COMMON:
            reasons.append(_("the visits show too little of the same skin"))
        elif passed < ASSESSABLE_AFTER_DAYS:
            reasons.append(
                _("not yet assessable: {passed} days after the first picture").format(
                    passed=passed
                )
            )
        else:
            summary = comparison.in_region(common, "common")
    if mm is not None and drift_px * mm > _DRIFT_DOUBT_MM:
        reasons.append(
            _(
                "aligned by way of the visit before, the skin lies {drift:.1f} mm "
                "elsewhere: one of the alignments is off"
            ).format(drift=drift_px * mm)
        )
    if summary is not None and not math.isfinite(summary.clearance_pct):
        summary = None
        reasons.append(_("no vein of the common field could be judged"))
    return CourseVisit(day, comparison, summary, drift_px, tuple(reasons))


def _both_aligned(one: Comparison, other: Comparison) -> bool:
    return "refused" not in (one.alignment_verdict, other.alignment_verdict)


def _drift_px(
    first: Comparison, step: Comparison, direct: Comparison, common: Mask
) -> float:
    ways = (first.transform, step.transform, direct.transform)
    if step.alignment_verdict == "refused" or not common.any():
        return math.nan
    one, between, whole = ways
    if one is None or between is None or whole is None:
        return math.nan
    places = _DRIFT_STEP_PX * np.argwhere(common[::_DRIFT_STEP_PX, ::_DRIFT_STEP_PX])
    chained = between.to_after(one.to_after(places.astype(np.float64)))
    back = whole.to_before(chained)
    return float(np.median(np.hypot(*(back - places).T)))


def _checked(
    pictures: Sequence[Picture],
    days: Sequence[date],
    mm_per_pixel: Sequence[float | PixelSize] | None,
) -> None:
    if len(pictures) < 3:
        raise ValueError(
            _("a course has three visits or more, not {count}; compare two").format(
                count=len(pictures)
            )
        )
    if len(days) != len(pictures):
        raise ValueError(
            _("{days} days were given for {pictures} pictures").format(
                days=len(days), pictures=len(pictures)
            )
        )
    if mm_per_pixel is not None and len(mm_per_pixel) != len(pictures):
        raise ValueError(
            _("{scales} scales were given for {pictures} pictures").format(
                scales=len(mm_per_pixel), pictures=len(pictures)
            )
        )
    for earlier, later in pairwise(days):
        if later < earlier:
            raise ValueError(
                _("{later} comes after {earlier} in the course: sort by day").format(
                    later=later, earlier=earlier
                )
            )
