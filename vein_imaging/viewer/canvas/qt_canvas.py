"""The picture drawn by Qt alone: fast where OpenGL is only software."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from qtpy.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.canvas.marks import draw_mark
from vein_imaging.viewer.canvas.picture_canvas import (
    MOST_MOVED_PX,
    CanvasEvents,
    SiteMark,
    in_picture,
    mark_size_px,
)
from vein_imaging.words import translate as _

__all__ = ["QtCanvas"]

_BACKGROUND = QColor("#0b0d10")
_NOTCH = 1.15  # zoom for one notch of the wheel, as napari's
_SMALLEST, _LARGEST = 0.05, 60.0
"""Zoom beyond these shows a dot, or one pixel of a camera."""
_SINGLE_PIXELS_FROM = 4.0
"""From this zoom on every pixel of the camera is drawn as the square that it is."""


class QtCanvas(QWidget):
    """One picture, filled in place and painted by Qt.

    Parameters
    ----------
    drawn_by : str, optional
        Why it is drawn so, in words for the person.
    """

    def __init__(self, drawn_by: str = "") -> None:
        super().__init__()
        self.events = CanvasEvents()
        self.records: Callable[[], bool] = lambda: False
        self.drawn_by = drawn_by
        self._marks: tuple[SiteMark, ...] = ()
        self._centre_rc = (0.0, 0.0)
        self._scale = 1.0
        self._fitted = True
        self._pressed: tuple[QPointF, tuple[float, float], bool] | None = None
        self._farthest_px = 0.0
        self._pixels: NDArray[np.uint8] = np.zeros((0, 0, 4), np.uint8)
        self._image = QImage()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 150)
        self.setAccessibleName(_("The camera's picture"))

    @property
    def widget(self) -> QWidget:
        """Itself."""
        return self

    @property
    def surface(self) -> QWidget:
        """Itself."""
        return self

    @property
    def scale(self) -> float:
        """Pixels of the screen for a pixel of the picture."""
        return self._scale

    @property
    def marks(self) -> tuple[SiteMark, ...]:
        """The marks that are drawn."""
        return self._marks

    def show_picture(self, rgb: NDArray[np.uint8]) -> bool:
        """Draw a picture, copied once; whether its size is a new one."""
        resized = self._pixels.shape[:2] != rgb.shape[:2]
        if resized:
            height, width = rgb.shape[:2]
            # Qt paints from these pixels; it neither copies nor owns them.
            self._pixels = np.zeros((height, width, 4), np.uint8)
            kind = QImage.Format.Format_RGB32
            self._image = QImage(  # its stubs know no buffer but bytes
                self._pixels.data, width, height, 4 * width, kind
            )  # type: ignore[call-overload]
        # measured: painting three channels takes three times as long as four
        cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA, dst=self._pixels)
        if resized:
            self.fit()
        self.update()
        return resized

    def show_sites(self, marks: Sequence[SiteMark]) -> None:
        """Draw exactly these marks."""
        self._marks = tuple(marks)
        self.update()

    def fit(self) -> None:
        """Show the whole picture, also when the canvas grows."""
        self._fitted = True
        height, width = self._pixels.shape[:2]
        if not height or not width:
            return
        scale = min(self.width() / width, self.height() / height)
        self._look_at(((height - 1) / 2, (width - 1) / 2), scale)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self._fitted = False
        self._look_at(self._centre_rc, self._scale * factor)

    def to_screen(self, point_rc: tuple[float, float]) -> QPoint:
        """Where a point of the picture lies on the canvas."""
        return self._place(point_rc).toPoint()

    def to_picture(self, place: QPoint | QPointF) -> tuple[float, float]:
        """Row and column under a place of the canvas; they may lie outside."""
        return (
            self._centre_rc[0] + (place.y() - self.height() / 2) / self._scale,
            self._centre_rc[1] + (place.x() - self.width() / 2) / self._scale,
        )

    def _place(self, point_rc: tuple[float, float]) -> QPointF:
        return QPointF(
            self.width() / 2 + (point_rc[1] - self._centre_rc[1]) * self._scale,
            self.height() / 2 + (point_rc[0] - self._centre_rc[0]) * self._scale,
        )

    def _look_at(self, centre_rc: tuple[float, float], scale: float) -> None:
        self._centre_rc = centre_rc
        self._scale = min(max(scale, _SMALLEST), _LARGEST)
        self.events.moved.emit()
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paint picture and marks; Qt calls this."""
        painter = QPainter(self)
        height, width = self._pixels.shape[:2]
        corner = self._place((-0.5, -0.5))
        size = width * self._scale, height * self._scale
        covered = QRectF(corner.x(), corner.y(), *size)
        if not covered.contains(QRectF(self.rect())):
            painter.fillRect(self.rect(), _BACKGROUND)
        smooth = self._scale < _SINGLE_PIXELS_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        if not self._image.isNull():
            painter.drawImage(covered, self._image)
        if self._marks:
            across_px = mark_size_px(width, self._scale) * self._scale
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for mark in self._marks:
                draw_mark(painter, mark, self._place(mark.point_rc), across_px)
        painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the whole picture in view; Qt calls this."""
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Zoom about the pointer; Qt calls this."""
        if event is None or not event.angleDelta().y():
            return
        at = event.position()
        row, column = self.to_picture(at)
        factor = _NOTCH ** (event.angleDelta().y() / 120)
        scale = min(max(self._scale * factor, _SMALLEST), _LARGEST)
        self._fitted = False
        # what was under the pointer stays there
        centre = (
            row - (at.y() - self.height() / 2) / scale,
            column - (at.x() - self.width() / 2) / scale,
        )
        self._look_at(centre, scale)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Begin a click or a drag; Qt calls this."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._pressed = event.position(), self._centre_rc, self.records()
            self._farthest_px = 0.0

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Move the picture, or tell where the pointer is; Qt calls this."""
        if event is None:
            return
        if self._pressed is None:
            self._hover(event.position())
            return
        start, centre_rc, _records = self._pressed
        away = event.position() - start
        self._farthest_px = max(self._farthest_px, float(np.hypot(away.x(), away.y())))
        if self._farthest_px > MOST_MOVED_PX:
            self._fitted = False
            row = centre_rc[0] - away.y() / self._scale
            self._look_at((row, centre_rc[1] - away.x() / self._scale), self._scale)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """End a click or a drag; Qt calls this."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._farthest_px > MOST_MOVED_PX:
            return
        point_rc = self.to_picture(pressed[0])
        if in_picture(point_rc, self._pixels.shape):
            self.events.clicked.emit(point_rc, pressed[2])

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Point at nothing; Qt calls this."""
        self.events.hovered.emit(None)

    def _hover(self, at: QPointF) -> None:
        point_rc = self.to_picture(at)
        within = in_picture(point_rc, self._pixels.shape)
        self.events.hovered.emit(point_rc if within else None)
