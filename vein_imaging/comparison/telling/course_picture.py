"""A course as one picture: every visit in one frame, and what is left over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.following.course import Course, CourseVisit
from vein_imaging.comparison.telling.course_curve import CurvePoint, draw_curve
from vein_imaging.comparison.telling.lettering import Lettering, title_bands, write
from vein_imaging.imaging.arrays import Picture, check_picture
from vein_imaging.words import translate as _

__all__ = ["course_lines", "draw_course"]

Sheet = NDArray[np.uint8]

_WIDTH_PX, _GAP_PX = 1600, 20
_MOST_ACROSS = 4  # pictures in a row: a vein of a pixel or two is seen in each
_LONGEST_PX = 6000  # of the words: many visits, with every reason at once
_TITLE, _TEXT = Lettering(24, bold=True), Lettering(19)
_NOTE = Lettering(16, colour=(90, 90, 90))


def draw_course(course: Course, why_no_figure: Sequence[str] = ()) -> Sheet:
    """Draw all visits in the first one's frame, the curve of what is left, and drift.

    Parameters
    ----------
    course : Course
    why_no_figure : of str
        For each later visit, why no percentage may be shown, where who asks knows more
        than these days; empty where one may.

    Returns
    -------
    (H, 1600, 3) uint8 RGB
    """
    curve = draw_curve(_points(course, why_no_figure), _WIDTH_PX)
    return np.vstack([*_rows(course), curve, _words(course, why_no_figure)])


def course_lines(course: Course, why_no_figure: Sequence[str] = ()) -> list[str]:
    """Say each visit in one line: what cleared, its interval, drift, reasons.

    Parameters
    ----------
    course : Course
    why_no_figure : of str
        As in `draw_course`.

    Returns
    -------
    list of str
        The last one is of the field that all figures count.
    """
    lines = [
        _line(visit, course.mm_per_pixel, why)
        for visit, why in _with_reasons(course, why_no_figure)
    ]
    share = 100 * float(course.common.mean())
    text = _(
        "Every figure counts the veins of the first picture inside the field that all "
        "visits show: {share:.0f} % of that picture."
    ).format(share=share)
    return [*lines, text]


def _line(visit: CourseVisit, mm: float | None, why: str) -> str:
    parts = [f"{visit.day:%d %b %Y}:"]
    if visit.summary is None or why:
        parts.append(_("no figure"))
    else:
        if visit.comparison.verdict == "doubtful":
            parts.append(_("DOUBTFUL:"))
        parts.append(f"{visit.summary.clearance_text()};")
        parts.append(visit.summary.all_veins_text())
    if np.isfinite(visit.drift_px):
        drift = visit.drift_px * (mm or 1.0)
        unit = "px" if mm is None else "mm"
        parts.append(
            _("(drift against the visit before: {drift:.2f} {unit})").format(
                drift=drift, unit=unit
            )
        )
    if reasons := dict.fromkeys(one for one in (why, *visit.reasons) if one):
        parts.append("- " + "; ".join(reasons))
    return " ".join(parts)


def _words(course: Course, why_no_figure: Sequence[str]) -> Sheet:
    canvas = np.full((_LONGEST_PX, _WIDTH_PX, 3), 255, np.uint8)
    y, width = 0, _WIDTH_PX - 2 * _GAP_PX
    *lines, note = course_lines(course, why_no_figure)
    for line in lines:
        y = write(canvas, line, (_GAP_PX, y), _TEXT, width_px=width) + 6
    y = write(canvas, note, (_GAP_PX, y), _NOTE, width_px=width)
    return canvas[: y + _GAP_PX]


def _points(course: Course, why_no_figure: Sequence[str]) -> list[CurvePoint]:
    points = [CurvePoint(course.first_day, 100.0, 100.0, 100.0)]
    for visit, why in _with_reasons(course, why_no_figure):
        row = visit.summary
        if row is None or why:
            points.append(CurvePoint(visit.day))
            continue
        low, high = 100 - row.clearance_hi_pct, 100 - row.clearance_lo_pct
        doubtful = visit.comparison.verdict == "doubtful"
        left = 100 - row.clearance_pct
        points.append(CurvePoint(visit.day, left, low, high, doubtful))
    return points


def _with_reasons(
    course: Course, why_no_figure: Sequence[str]
) -> Iterator[tuple[CourseVisit, str]]:
    given = why_no_figure or [""] * len(course.visits)
    return zip(course.visits, given, strict=True)


def _rows(course: Course) -> Iterator[Sheet]:
    """All visits, few enough in a row that a vein is seen."""
    count = len(course.visits) + 1
    across = math.ceil(count / math.ceil(count / _MOST_ACROSS))
    width = (_WIDTH_PX - (across + 1) * _GAP_PX) // across
    days = [course.first_day, *(visit.day for visit in course.visits)]
    drawn = [_drawn(course.first, width)]
    drawn += [_visit(course, visit, width) for visit in course.visits]
    bands = title_bands([f"{day:%d %b %Y}" for day in days], width, _TITLE)
    for first in range(0, count, across):
        panels = [
            np.vstack(pair)
            for pair in zip(
                bands[first : first + across],
                drawn[first : first + across],
                strict=True,
            )
        ]
        height = max(panel.shape[0] for panel in panels)
        row = np.full((height + 2 * _GAP_PX, _WIDTH_PX, 3), 255, np.uint8)
        for at, panel in enumerate(panels):
            left = _GAP_PX + at * (width + _GAP_PX)
            row[_GAP_PX : _GAP_PX + panel.shape[0], left : left + width] = panel
        yield row


def _visit(course: Course, visit: CourseVisit, width: int) -> Sheet:
    if visit.comparison.alignment_verdict != "refused":
        return _drawn(visit.comparison.registered, width)
    black = _drawn(np.zeros_like(course.first), width)
    white = Lettering(22, True, (255, 255, 255))
    write(black, _("not aligned"), (12, 12), white, width_px=width - 24)
    return black


def _drawn(picture: Picture, width: int) -> Sheet:
    plain = check_picture(picture)
    rgb = plain if plain.ndim == 3 else np.repeat(plain[:, :, None], 3, axis=2)
    size = (width, max(1, round(rgb.shape[0] * width / rgb.shape[1])))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
