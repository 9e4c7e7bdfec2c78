"""Still pictures side by side that zoom and move together. Plain Qt, no OpenGL."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QImage, QPainter, QPixmap, QResizeEvent, QWheelEvent
from qtpy.QtWidgets import QGraphicsScene, QGraphicsView

from vein_devices.frame import Pixels

__all__ = ["LinkedView", "link", "to_pixmap"]

_STEP = 1.25  # three notches of a wheel double the size
_MOST = 12.0  # a pixel is then a square as large as a letter; more shows nothing new


def to_pixmap(picture: Pixels) -> QPixmap:
    """(H, W) or (H, W, 3) RGB uint8 as a Qt picture of its own memory."""
    rgb = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    image = QImage(rgb.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image.copy())


class LinkedView(QGraphicsView):
    """One picture; the wheel zooms, a drag moves, and its partners follow."""

    def __init__(self) -> None:
        super().__init__()
        scene = QGraphicsScene(self)
        self._item = scene.addPixmap(QPixmap())
        self.setScene(scene)
        self.setBackgroundBrush(Qt.GlobalColor.black)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for policy in (
            self.setHorizontalScrollBarPolicy,
            self.setVerticalScrollBarPolicy,
        ):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._partners: Sequence[LinkedView] = ()
        self._following = False
        self._whole = True

    def show_picture(self, picture: Pixels) -> None:
        """Show another picture in the same place and zoom."""
        if self._item is not None:
            self._item.setPixmap(to_pixmap(picture))
            self.setSceneRect(QRectF(self._item.pixmap().rect()))

    def follows(self, other: LinkedView) -> bool:
        """Whether this view zooms and moves with another one."""
        return other in self._partners

    def fit(self) -> None:
        """Show the whole picture, and go on doing so until somebody zooms."""
        self._whole = True
        self.fitInView(self.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)
        self._tell()

    def zoom(self, factor: float) -> None:
        """Zoom by `factor`, within reason."""
        if 0.05 < self.transform().m11() * factor < _MOST:
            self._whole = False
            self.scale(factor, factor)
            self._tell()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keep the whole picture in sight; Qt calls this."""
        super().resizeEvent(event)
        if self._whole:
            self.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Zoom under the pointer; Qt calls this."""
        if event is not None and event.angleDelta().y():
            self.zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
            event.accept()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802 - Qt's name
        """Follow a drag; Qt calls this."""
        super().scrollContentsBy(dx, dy)
        self._tell()

    def _tell(self) -> None:
        if self._following:
            return
        for partner in self._partners:
            partner._following = True  # or it would tell us back
            partner._whole = self._whole
            partner.setTransform(self.transform())
            view = self.viewport()
            if view is not None:
                partner.centerOn(self.mapToScene(view.rect().center()))
            partner._following = False


def link(*views: LinkedView) -> None:
    """Let these views follow each other."""
    for view in views:
        view._partners = [other for other in views if other is not view]
