"""A picture in a window, in which both ends of a known length are clicked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.application import application, need_a_screen
from vein_imaging.viewer.before_after.linked_pictures import to_pixmap
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["TwoClicks", "two_clicks"]

_CROSS_PX = 14.0  # seen, and hides little
_ZOOM = 1.25  # for each notch of the wheel


class _View(QGraphicsView):
    """The picture; the wheel zooms, a click marks."""

    def __init__(self, dialog: TwoClicks, scene: QGraphicsScene) -> None:
        super().__init__(scene)
        self._dialog = dialog

    def wheelEvent(self, event: object) -> None:  # noqa: N802 (Qt's name)
        turned = event.angleDelta().y()  # type: ignore[attr-defined]
        factor = _ZOOM if turned > 0 else 1 / _ZOOM
        self.scale(factor, factor)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            place = self.mapToScene(event.pos())
            self._dialog.mark(place.x(), place.y())


class TwoClicks(QDialog):
    """Asks for two points of a picture.

    Parameters
    ----------
    picture : QPixmap
    parent : QWidget, optional
    """

    def __init__(self, picture: QPixmap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Mark both ends of the known length"))
        self.setStyleSheet(stylesheet())
        self._scene = QGraphicsScene(self)
        self._scene.addItem(QGraphicsPixmapItem(picture))
        self._scene.setSceneRect(QRectF(picture.rect()))
        self._view = _View(self, self._scene)
        self._view.setCursor(Qt.CursorShape.CrossCursor)
        self._view.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._view.setAccessibleName(_("The picture"))
        self._label = QLabel("")
        self._label.setProperty("role", "total")
        self._label.setWordWrap(True)
        buttons = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (self._label, self._view, self._buttons):
            layout.addWidget(part)
        self.points_xy: list[tuple[float, float]] = []
        self._marks: list[object] = []
        self._tell()

    def mark(self, x: float, y: float) -> None:
        """Mark a point; a third one begins anew.

        Parameters
        ----------
        x, y : px
            Of the picture, from its upper left corner.
        """
        if not self._scene.sceneRect().contains(QPointF(x, y)):
            return
        if len(self.points_xy) == 2:
            self.points_xy.clear()
            for item in self._marks:
                self._scene.removeItem(item)  # type: ignore[arg-type]
            self._marks.clear()
        # pixel centres lie at whole numbers, Qt's at halves
        self.points_xy.append((x - 0.5, y - 0.5))
        pen = QPen(QColor("#d55e00"))
        pen.setCosmetic(True)
        for dx, dy in ((_CROSS_PX, 0.0), (0.0, _CROSS_PX)):
            line = self._scene.addLine(x - dx, y - dy, x + dx, y + dy, pen)
            self._marks.append(line)
        self._tell()

    def _tell(self) -> None:
        left = 2 - len(self.points_xy)
        words = {
            2: _("Click one end of the length. The wheel zooms."),
            1: _("Click the other end."),
            0: _("Both ends are marked. OK, or click again to begin anew."),
        }
        self._label.setText(words[left])
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setEnabled(left == 0)


def two_clicks(
    picture: NDArray[np.uint8],
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Show a picture until two points are marked in it.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB
        As it was read: Qt's own reader leaves a phone's portrait lying on its side.

    Returns
    -------
    ((x, y), (x, y)) px or None
        None where the window was closed.
    """
    need_a_screen()
    application()
    dialog = TwoClicks(to_pixmap(picture))
    dialog.resize(1000, 700)
    if dialog.exec() != QDialog.DialogCode.Accepted:
        return None
    first, second = dialog.points_xy
    return first, second
