"""A course as one picture: every visit in one frame, and what is left over time."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.following.course import Course, CourseVisit
from vein_imaging.comparison.telling.lettering import Lettering, write
from vein_imaging.imaging.arrays import Picture, check_picture
from vein_imaging.words import translate as _

__all__ = ["course_lines", "draw_course"]

Sheet = NDArray[np.uint8]

_WIDTH_PX, _GAP_PX, _CURVE_PX = 1600, 20, 420
_TITLE, _TEXT = Lettering(24, bold=True), Lettering(19)
_NOTE = Lettering(16, colour=(90, 90, 90))
_LINE, _GRID = (0, 114, 178), (220, 225, 230)
"""Okabe and Ito's blue; every point has its figure beside it as well."""


def draw_course(course: Course) -> Sheet:
    """Draw all visits in the first one's frame, the curve of what is left, and drift.

    Parameters
    ----------
    course : Course

    Returns
    -------
    (H, 1600, 3) uint8 RGB
    """
    count = len(course.visits) + 1
    width = (_WIDTH_PX - (count + 1) * _GAP_PX) // count
    panels = [_panel(course.first, f"{course.first_day:%d %b %Y}", width)]
    for visit in course.visits:
        title = f"{visit.day:%d %b %Y}"
        if visit.comparison.alignment_verdict == "refused":
            panels.append(_panel(np.zeros_like(course.first), title, width))
            write(
                panels[-1], _("not aligned"), (12, 60),
                Lettering(22, True, (255, 255, 255)), width_px=width - 24,
            )  # fmt: skip
        else:
            panels.append(_panel(visit.comparison.registered, title, width))
    height = max(panel.shape[0] for panel in panels)
    row = np.full((height + 2 * _GAP_PX, _WIDTH_PX, 3), 255, np.uint8)
    for at, panel in enumerate(panels):
        left = _GAP_PX + at * (width + _GAP_PX)
        row[_GAP_PX : _GAP_PX + panel.shape[0], left : left + width] = panel
    return np.vstack([row, _curve(course), _words(course)])


def course_lines(course: Course) -> list[str]:
    """Say each visit in one line: what cleared, its interval, drift, reasons.

    Parameters
    ----------
    course : Course
    """
    return [_line(visit, course.mm_per_pixel) for visit in course.visits]


def _line(visit: CourseVisit, mm: float | None) -> str:
    parts = [f"{visit.day:%d %b %Y}:"]
    if visit.summary is None:
        parts.append(_("no figure"))
    else:
        parts.append(visit.summary.clearance_text())
    if np.isfinite(visit.drift_px):
        drift = visit.drift_px * (mm or 1.0)
        unit = "px" if mm is None else "mm"
        parts.append(
            _("(drift against the visit before: {drift:.2f} {unit})").format(
                drift=drift, unit=unit
            )
        )
    if visit.reasons:
        parts.append("- " + "; ".join(visit.reasons))
    return " ".join(parts)


def _words(course: Course) -> Sheet:
    canvas = np.full((900, _WIDTH_PX, 3), 255, np.uint8)
    y, width = 0, _WIDTH_PX - 2 * _GAP_PX
    for line in course_lines(course):
        y = write(canvas, line, (_GAP_PX, y), _TEXT, width_px=width) + 6
    share = 100 * float(course.common.mean())
    text = _(
        "Every figure counts the veins of the first picture inside the field that all "
        "visits show: {share:.0f} % of that picture."
    ).format(share=share)
    y = write(canvas, text, (_GAP_PX, y), _NOTE, width_px=width)
    return canvas[: y + _GAP_PX]


def _curve(course: Course) -> Sheet:
    """What is left of the first picture's veins, with its interval, by day."""
    canvas = np.full((_CURVE_PX, _WIDTH_PX, 3), 255, np.uint8)
    write(canvas, _("Left of the veins of the first picture, %"), (_GAP_PX, 4), _TITLE)
    left, right, top, bottom = 90, _WIDTH_PX - 90, 56, _CURVE_PX - 46
    days = [(visit.day - course.first_day).days for visit in course.visits]
    last = max(1, *days)

    def at(day: float, percent: float) -> tuple[int, int]:
        x = left + (right - left) * day / last
        return round(x), round(bottom - (bottom - top) * percent / 100)

    for percent in (0, 25, 50, 75, 100):
        cv2.line(canvas, at(0, percent), at(last, percent), _GRID, 1)
        write(canvas, str(percent), (left - 54, at(0, percent)[1] - 12), _NOTE)
    points = [(0, 100.0, 100.0, 100.0, course.first_day)]
    for day, visit in zip(days, course.visits, strict=True):
        row = visit.summary
        write(canvas, _day(visit.day), (at(day, 0)[0] - 50, bottom + 12), _NOTE)
        if row is not None:
            low, high = 100 - row.clearance_hi_pct, 100 - row.clearance_lo_pct
            points.append((day, 100 - row.clearance_pct, low, high, visit.day))
    write(canvas, _day(course.first_day), (left - 50, bottom + 12), _NOTE)
    places = [at(day, share) for day, share, *_rest in points]
    line = np.array(places, np.int32)
    cv2.polylines(canvas, [line], False, _LINE, 3, cv2.LINE_AA)
    for (day, share, low, high, _when), place in zip(points, places, strict=True):
        for end in (low, high):
            x, y = at(day, end)
            cv2.line(canvas, (x - 9, y), (x + 9, y), _LINE, 2, cv2.LINE_AA)
        cv2.line(canvas, at(day, low), at(day, high), _LINE, 2, cv2.LINE_AA)
        cv2.circle(canvas, place, 7, _LINE, -1, cv2.LINE_AA)
        text = f"{share:.0f} ({low:.0f}-{high:.0f})" if day else f"{share:.0f}"
        beside = 14 if place[0] < right - 120 else -14 - _TEXT.width_px(text)
        write(canvas, text, (place[0] + beside, place[1] - 26), _TEXT)
    return canvas


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"


def _panel(picture: Picture, title: str, width: int) -> Sheet:
    plain = check_picture(picture)
    rgb = plain if plain.ndim == 3 else np.repeat(plain[:, :, None], 3, axis=2)
    size = (width, max(1, round(rgb.shape[0] * width / rgb.shape[1])))
    drawn = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    band = np.full((_TITLE.line_px + 6, width, 3), 255, np.uint8)
    write(band, title, (0, 0), _TITLE)
    return np.vstack([band, np.asarray(drawn, np.uint8)])
