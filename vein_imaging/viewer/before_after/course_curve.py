"""What is left over time, as points with their intervals; drawn as on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from qtpy.QtWidgets import QWidget

from vein_imaging.treatment.compared_photos import ComparedPhotos
from vein_imaging.words import translate as _

__all__ = ["CourseCurve", "CoursePoint", "course_points"]

# The colours of the printed curve: Okabe and Ito's blue on white, in every theme.
_PAPER, _INK, _GRID = QColor("white"), QColor("#141414"), QColor("#dce1e6")
_LINE, _SOFT = QColor("#0072b2"), QColor("#5a5a5a")
_TEXT_PX, _TITLE_PX = 16, 18
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 110, 56, 76  # room for the words, px
_ROW_PX, _MOST_ROWS = 20, 3  # of day names under the curve: near days are staggered
_NAME_PX, _APART_PX = 240, 10  # room for a name, and between two
_END_PX, _DOT_PX = 8.0, 6.0
_LOWEST_PX = 170  # lines of 25 % are then still a letter apart


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """What is left on one day.

    Parameters
    ----------
    day : date
    left, low, high : %, optional
        Of the veins of the first picture, with the 95 % interval; None where no figure
        may be shown.
    why : str
        Why there is none.
    """

    day: date
    left: float | None = None
    low: float = 0.0
    high: float = 0.0
    why: str = ""


def course_points(compared: ComparedPhotos) -> tuple[CoursePoint, ...]:
    """Take the points of a course: a figure only where one may be quoted.

    Parameters
    ----------
    compared : ComparedPhotos
        Of three photographs or more.
    """
    points = [CoursePoint(compared.first.day, 100.0, 100.0, 100.0)]
    visits = () if compared.course is None else compared.course.visits
    for one, visit in zip(compared.later, visits, strict=True):
        row = visit.summary
        if row is None or not one.said.figure:
            why = "; ".join(dict.fromkeys((*visit.reasons, *one.said.reasons)))
            points.append(CoursePoint(visit.day, why=why or one.said.headline))
        else:
            left = 100 - row.clearance_pct
            ends = 100 - row.clearance_hi_pct, 100 - row.clearance_lo_pct
            points.append(CoursePoint(visit.day, left, *ends))
    return tuple(points)


class CourseCurve(QWidget):
    """The curve of a course.

    Parameters
    ----------
    points : sequence of CoursePoint
        The first picture's is 100 %.
    """

    def __init__(self, points: Sequence[CoursePoint]) -> None:
        super().__init__()
        self.points = tuple(points)
        self.setMinimumHeight(_LOWEST_PX)
        self.setAccessibleName(_("What is left of the veins of the first picture, %"))
        self.setAccessibleDescription("; ".join(map(point_in_words, self.points)))

    def place(self, point: CoursePoint, percent: float) -> QPointF:
        """Where a percentage of a day lies in the widget."""
        first, last = self.points[0].day, self.points[-1].day
        share = (point.day - first).days / max(1, (last - first).days)
        x = _LEFT + share * (self.width() - _LEFT - _RIGHT)
        high = self.height() - _TOP - _BOTTOM
        return QPointF(x, self.height() - _BOTTOM - high * percent / 100)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw; Qt calls this."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), _PAPER)
        self._axes(painter)
        known = [point for point in self.points if point.left is not None]
        painter.setPen(QPen(_LINE, 3))
        ways = [self.place(point, point.left or 0.0) for point in known]
        painter.drawPolyline(QPolygonF(ways))
        for point, at in zip(known, ways, strict=True):
            self._point(painter, point, at)
        painter.end()

    def _axes(self, painter: QPainter) -> None:
        letters = QFont(self.font())
        letters.setPixelSize(_TITLE_PX)
        letters.setBold(True)
        painter.setFont(letters)
        painter.setPen(_INK)
        title = _(
            "What is left of the veins of the first picture, % (bars: 95 % interval)"
        )
        painter.drawText(QPointF(12, 26), title)
        letters.setPixelSize(_TEXT_PX)
        letters.setBold(False)
        painter.setFont(letters)
        for percent in (0, 25, 50, 75, 100):
            left = self.place(self.points[0], percent)
            painter.setPen(QPen(_GRID, 1))
            painter.drawLine(left, self.place(self.points[-1], percent))
            painter.setPen(_SOFT)
            box = QRectF(0, left.y() - 12, _LEFT - 10, 24)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(percent))
        for point, start, row in self.names(QFontMetrics(letters)):
            foot = self.place(point, 0)
            box = QRectF(start, foot.y() + 8 + row * _ROW_PX, _NAME_PX, _ROW_PX)
            painter.setPen(_SOFT)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, _name(point))

    def names(self, letters: QFontMetrics) -> list[tuple[CoursePoint, float, int]]:
        """Where the name of each day begins, and in which row it has room.

        Parameters
        ----------
        letters : QFontMetrics
        """
        ends: list[float] = []
        found = []
        for point in self.points:
            middle = self.place(point, 0).x()
            half = letters.horizontalAdvance(_name(point)) / 2
            rows = range(min(len(ends), _MOST_ROWS - 1))
            row = next((at for at in rows if ends[at] < middle - half), len(rows))
            ends[row : row + 1] = [middle + half + _APART_PX]
            found.append((point, middle - _NAME_PX / 2, row))
        return found

    def _point(self, painter: QPainter, point: CoursePoint, at: QPointF) -> None:
        painter.setPen(QPen(_LINE, 2))
        ends = [self.place(point, percent) for percent in (point.low, point.high)]
        painter.drawLine(*ends)
        for end in ends:
            painter.drawLine(end - QPointF(_END_PX, 0), end + QPointF(_END_PX, 0))
        painter.setBrush(_LINE)
        painter.drawEllipse(at, _DOT_PX, _DOT_PX)
        painter.setPen(_INK)
        painter.drawText(at + QPointF(12, -8), _figure(point))


def _name(point: CoursePoint) -> str:
    day = f"{point.day:%d %b %Y}"
    return day if point.left is not None else _("{day}: no figure").format(day=day)


def _figure(point: CoursePoint) -> str:
    if point.low == point.high:
        return f"{point.left:.0f}"
    return f"{point.left:.0f} ({point.low:.0f}\N{EN DASH}{point.high:.0f})"


def point_in_words(point: CoursePoint) -> str:
    """Say a point: its day, and what is left or why there is no figure."""
    if point.left is None:
        return _("{day}: no figure: {why}").format(
            day=f"{point.day:%d %b %Y}", why=point.why
        )
    return _("{day}: {figure} % left").format(
        day=f"{point.day:%d %b %Y}", figure=_figure(point)
    )
