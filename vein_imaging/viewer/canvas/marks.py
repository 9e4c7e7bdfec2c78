"""A mark of an injection site, painted by Qt: shape, colour and number."""

from __future__ import annotations

import math

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF

from vein_imaging.viewer.canvas.picture_canvas import SiteMark

__all__ = ["draw_mark"]

_DIMMED = 0.45  # seen, and plainly not as sure as the others
_LETTERS = 0.5  # height of the number, of the mark's


def _corners(count: int, first_deg: float, inner: float = 1.0) -> list[QPointF]:
    """Corners on a circle of radius 1; every second one at `inner` of it."""
    turned = [math.radians(first_deg + 360 * at / count) for at in range(count)]
    radii = [1.0 if at % 2 == 0 else inner for at in range(count)]
    return [
        QPointF(radius * math.cos(angle), radius * math.sin(angle))
        for radius, angle in zip(radii, turned, strict=True)
    ]


_ARM = 0.38  # half the width of a cross's arm
_SHAPES = {
    "square": _corners(4, 45),
    "diamond": _corners(4, 0),
    "triangle_up": _corners(3, -90),
    "triangle_down": _corners(3, 90),
    "star": _corners(10, -90, 0.5),
    "cross": [
        QPointF(x, y)
        for x, y in (
            (-_ARM, -1),
            (_ARM, -1),
            (_ARM, -_ARM),
            (1, -_ARM),
            (1, _ARM),
            (_ARM, _ARM),
            (_ARM, 1),
            (-_ARM, 1),
            (-_ARM, _ARM),
            (-1, _ARM),
            (-1, -_ARM),
            (-_ARM, -_ARM),
        )
    ],
}


def draw_mark(painter: QPainter, mark: SiteMark, at: QPointF, across_px: float) -> None:
    """Paint a mark. A shape that is not known is a disc: none is ever left out.

    Parameters
    ----------
    painter : QPainter
    mark : SiteMark
    at : QPointF
        Its centre on the screen.
    across_px : px
        Its width on the screen.
    """
    radius = across_px / 2
    painter.save()
    painter.setOpacity(_DIMMED if mark.dimmed else 1.0)
    line = Qt.PenStyle.DashLine if mark.dimmed else Qt.PenStyle.SolidLine
    painter.setPen(QPen(QColor("white"), max(1.5, 0.06 * across_px), line))
    painter.setBrush(QBrush(QColor(mark.colour)))
    box = QRectF(at.x() - radius, at.y() - radius, across_px, across_px)
    corners = _SHAPES.get(mark.symbol)
    if corners is None:
        painter.drawEllipse(box)
    else:
        painter.drawPolygon(QPolygonF([at + radius * corner for corner in corners]))
    painter.setOpacity(1.0)
    letters = QFont(painter.font())
    letters.setBold(True)
    letters.setPixelSize(max(12, round(_LETTERS * across_px)))
    painter.setFont(letters)
    painter.setPen(QColor("black"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.label)
    painter.restore()
