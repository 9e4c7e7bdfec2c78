"""What lies over the picture and is not part of it: magnifier, width, box, match."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.qt.style import HEADLINE_PX

__all__ = ["Box", "OverPicture"]

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in px of the picture."""

_GLASS_PX = 110  # radius of the magnifier: a finger's width on a screen of 24 inches
_TIMES = 3.0  # it magnifies what the screen shows
_AWAY_PX = 34  # beside the pointer: what is pointed at stays seen
_INK, _PAPER = QColor("#ffffff"), QColor(16, 19, 23, 225)
_EDGE = QColor("#ffc46b")
_LEAST_BOX_PX = 24  # a smaller one was a click; nothing can be found in it


class OverPicture(QWidget):
    """A clear sheet over a canvas; the mouse goes through it unless a box is drawn.

    Parameters
    ----------
    canvas : PictureCanvas
        It lies on its surface and moves with it.

    Signals
    -------
    box_drawn(Box)
        The person has drawn where to look.
    """

    box_drawn = Signal(tuple)

    def __init__(self, canvas: PictureCanvas) -> None:
        super().__init__(canvas.surface)
        self._canvas = canvas
        self._pointer: tuple[float, float] | None = None
        self._reading = ""
        self._match = ""
        self._trouble = ""
        self._box: Box | None = None
        self._start: QPoint | None = None
        self._now = QPoint()
        self.magnifies = False
        """Whether there is a magnifier at the pointer."""
        self.picture: Callable[[], NDArray[np.uint8] | None] = lambda: None
        """What it magnifies."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pick_box(False)
        canvas.surface.installEventFilter(self)
        canvas.events.moved.connect(self.update)
        self.setGeometry(canvas.surface.rect())
        self._show_what_there_is()

    @property
    def picking(self) -> bool:
        """Whether the mouse draws a box now."""
        return not self.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def reading(self) -> str:
        """What is said at the pointer."""
        return self._reading

    @property
    def match(self) -> str:
        """What is said at the top."""
        return self._match

    def point_at(self, point_rc: tuple[float, float] | None, reading: str = "") -> None:
        """Say something where the pointer is; None: it is not on the picture."""
        self._pointer, self._reading = point_rc, reading
        self._show_what_there_is()

    def say_match(self, words: str) -> None:
        """Say at the top how alike the picture is to the earlier one; "" says nothing.

        Parameters
        ----------
        words : str
        """
        self._match = words
        self._show_what_there_is()

    @property
    def trouble(self) -> str:
        """What is said in the middle."""
        return self._trouble

    def say_trouble(self, words: str) -> None:
        """Say in the middle why there is no picture and what to do; "" says nothing.

        Parameters
        ----------
        words : str
        """
        if words != self._trouble:
            self._trouble = words
            self._show_what_there_is()

    def show_box(self, box: Box | None) -> None:
        """Draw the box in which veins are looked for."""
        self._box = box
        self._show_what_there_is()

    def pick_box(self, on: bool) -> None:
        """Let the mouse draw a box, once."""
        self._start = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not on)
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
        self._show_what_there_is()

    def _show_what_there_is(self) -> None:
        glass = self.magnifies and self._pointer is not None
        words = self._match or self._trouble or (self._reading and self._pointer)
        # an empty sheet costs time with every picture all the same
        self.setVisible(bool(words or glass or self._box or self.picking))
        self.raise_()
        self.update()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Be as large as the canvas; Qt calls this."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.surface.rect())
        return False

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw what there is to say; Qt calls this."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._box is not None:
            left, top, right, bottom = self._box
            corners = (
                self._canvas.to_screen((top - 0.5, left - 0.5)),
                self._canvas.to_screen((bottom - 0.5, right - 0.5)),
            )
            self._draw_box(painter, QRect(*corners))
        if self._start is not None:
            self._draw_box(painter, QRect(self._start, self._now).normalized())
        if self._pointer is not None:
            at = self._canvas.to_screen(self._pointer)
            if self.magnifies:
                self._draw_glass(painter, at)
            if self._reading:
                place = at + QPoint(_AWAY_PX, -_AWAY_PX)
                self._draw_words(painter, self._reading, place)
        if self._match:
            self._draw_words(painter, self._match, QPoint(12, 12))
        if self._trouble:
            place = QPoint(self.width() // 6, self.height() // 3)
            self._draw_words(painter, self._trouble, place)
        painter.end()

    def _draw_box(self, painter: QPainter, box: QRect) -> None:
        for colour, wide in ((QColor("black"), 4), (_EDGE, 2)):
            painter.setPen(QPen(colour, wide))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)

    def _draw_words(self, painter: QPainter, words: str, place: QPoint) -> None:
        letters = QFont(self.font())
        letters.setPixelSize(HEADLINE_PX)
        letters.setBold(True)
        painter.setFont(letters)
        room = QRect(0, 0, max(60, self.width() - 40), self.height())
        flags = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
        size = painter.fontMetrics().boundingRect(room, flags, words)
        box = size.adjusted(0, 0, 20, 12)
        # never past an edge
        x = max(4, min(place.x(), self.width() - box.width() - 4))
        y = max(4, min(place.y(), self.height() - box.height() - 4))
        box.moveTo(x, y)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PAPER)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(_INK)
        painter.drawText(box.adjusted(10, 6, -10, -6), flags, words)

    def _draw_glass(self, painter: QPainter, at: QPoint) -> None:
        picture = self.picture()
        if picture is None or self._pointer is None:
            return
        scale = self._canvas.scale * _TIMES
        half = int(np.ceil(_GLASS_PX / scale)) + 1
        row, column = (round(x) for x in self._pointer)
        top, left = max(0, row - half), max(0, column - half)
        part = np.ascontiguousarray(picture[top : row + half, left : column + half])
        if not part.size:
            return
        height, width = part.shape[:2]
        kind = QImage.Format.Format_RGB888
        image = QImage(part.tobytes(), width, height, 3 * width, kind)
        middle = self._glass_place(at)
        corner = QPointF(
            middle.x() + (left - 0.5 - self._pointer[1]) * scale,
            middle.y() + (top - 0.5 - self._pointer[0]) * scale,
        )
        round_glass = QPainterPath()
        round_glass.addEllipse(QPointF(middle), _GLASS_PX, _GLASS_PX)
        painter.save()
        painter.setClipPath(round_glass)
        painter.fillRect(self.rect(), QColor("black"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 8)
        place = QRectF(corner.x(), corner.y(), width * scale, height * scale)
        painter.drawImage(place, image)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(_INK, 3))
        painter.drawEllipse(QPointF(middle), _GLASS_PX, _GLASS_PX)
        painter.setPen(QPen(_EDGE, 1))
        painter.drawLine(middle - QPoint(9, 0), middle + QPoint(9, 0))
        painter.drawLine(middle - QPoint(0, 9), middle + QPoint(0, 9))

    def _glass_place(self, at: QPoint) -> QPoint:
        """Beside and below the pointer, or where there is room."""
        away = _GLASS_PX + _AWAY_PX
        x = at.x() + away if at.x() + away + _GLASS_PX < self.width() else at.x() - away
        below = at.y() + away + _GLASS_PX < self.height()
        return QPoint(x, at.y() + away if below else at.y() - away)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Begin a box; Qt calls this."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._start = self._now = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Draw the box larger; Qt calls this."""
        if event is not None and self._start is not None:
            self._now = event.position().toPoint()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """End the box, and tell of it where it has an inside; Qt calls this."""
        start, self._start = self._start, None
        picture = self.picture()
        if event is None or start is None or picture is None:
            return
        ends = [self._canvas.to_picture(p) for p in (start, event.position().toPoint())]
        box = _within(ends, picture.shape)
        self.update()
        if min(box[2] - box[0], box[3] - box[1]) >= _LEAST_BOX_PX:
            self.pick_box(False)
            self.box_drawn.emit(box)


def _within(ends: list[tuple[float, float]], shape: tuple[int, ...]) -> Box:
    """The box between two points, cut at the picture's edges."""
    rows, columns = sorted(e[0] for e in ends), sorted(e[1] for e in ends)
    limits = (shape[1], shape[0], shape[1], shape[0])
    sides = (columns[0], rows[0], columns[1], rows[1])
    left, top, right, bottom = (
        min(max(0, round(side + 0.5)), limit)
        for side, limit in zip(sides, limits, strict=True)
    )
    return left, top, right, bottom
