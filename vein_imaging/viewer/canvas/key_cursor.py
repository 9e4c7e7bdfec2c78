"""A cross on the picture, moved by the arrow keys: a site without a pointer."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, QPoint, Qt
from qtpy.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas, in_picture

__all__ = ["KeyCursor"]

_SIZE_PX = 45  # as large as anything else that is pressed
_GAP_PX = 5  # what is pointed at stays free
_STEP_PX, _FINE_PX = 10, 1
"""Of the screen, for an arrow alone and with Shift: a vein is some pixels wide."""
_ARROWS = {
    Qt.Key.Key_Left: QPoint(-1, 0),
    Qt.Key.Key_Right: QPoint(1, 0),
    Qt.Key.Key_Up: QPoint(0, -1),
    Qt.Key.Key_Down: QPoint(0, 1),
}
_PRESS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyCursor(QWidget):
    """Arrows move it, Shift finely; Enter is a click there; Escape hides it.

    Parameters
    ----------
    canvas : PictureCanvas
        Gets the keys; told what is pointed at and clicked on.
    shape : callable
        Of the picture that is shown, (H, W, ...); empty where none is.
    """

    def __init__(
        self, canvas: PictureCanvas, shape: Callable[[], tuple[int, ...]]
    ) -> None:
        super().__init__(canvas.surface)
        self._canvas = canvas
        self._shape = shape
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedSize(_SIZE_PX, _SIZE_PX)
        self.hide()
        canvas.surface.installEventFilter(self)

    @property
    def place(self) -> QPoint:
        """Of the surface, under the middle of the cross."""
        return self.geometry().center()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Take the keys that belong to the cross; Qt calls this."""
        if event is None:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self._leave()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = Qt.Key(event.key())
        if key in _ARROWS:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move(_ARROWS[key] * (_FINE_PX if fine else _STEP_PX))
        elif key in _PRESS and self.isVisible():
            self._press()
        elif key == Qt.Key.Key_Escape and self.isVisible():
            self._leave()
        else:
            return False
        return True

    def _move(self, by: QPoint) -> None:
        surface = self._canvas.surface.rect()
        if not self.isVisible():
            at = surface.center()
            self.show()
            self.raise_()
        else:
            at = self.place + by
        at.setX(min(max(at.x(), surface.left()), surface.right()))
        at.setY(min(max(at.y(), surface.top()), surface.bottom()))
        self.move(at - self.rect().center())
        self._canvas.events.hovered.emit(self._pointed)

    @property
    def _pointed(self) -> tuple[float, float] | None:
        point_rc = self._canvas.to_picture(self.place)
        shape = self._shape()
        return point_rc if shape and in_picture(point_rc, shape) else None

    def _press(self) -> None:
        point_rc = self._pointed
        if point_rc is not None:
            self._canvas.events.clicked.emit(point_rc, self._canvas.records())

    def _leave(self) -> None:
        if self.isVisible():
            self.hide()
            self._canvas.events.hovered.emit(None)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw a light cross with a dark edge, seen on any skin; Qt calls this."""
        painter = QPainter(self)
        middle, end = self.rect().center(), _SIZE_PX - 1
        lines = (
            (QPoint(middle.x(), 0), QPoint(middle.x(), middle.y() - _GAP_PX)),
            (QPoint(middle.x(), middle.y() + _GAP_PX), QPoint(middle.x(), end)),
            (QPoint(0, middle.y()), QPoint(middle.x() - _GAP_PX, middle.y())),
            (QPoint(middle.x() + _GAP_PX, middle.y()), QPoint(end, middle.y())),
        )
        for colour, width in (("#0b0d10", 5), ("#ffffff", 2)):
            painter.setPen(QPen(QColor(colour), width))
            for start, stop in lines:
                painter.drawLine(start, stop)
        painter.end()
