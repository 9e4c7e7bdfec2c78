"""The picture drawn by napari, on a graphics card. Import it only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QObject, QPoint, QTimer
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.application import configure_napari
from vein_imaging.viewer.canvas.picture_canvas import (
    MOST_MOVED_PX,
    CanvasEvents,
    SiteMark,
    in_picture,
    mark_size_px,
)

configure_napari()  # before anything of napari is imported

from napari.components import ViewerModel  # noqa: E402
from napari.qt import QtViewer  # noqa: E402

from vein_imaging.viewer.qt.napari_private import (  # noqa: E402
    SitePoints,
    lock_keys,
    strip_furniture,
    surface_of,
)

__all__ = ["NapariCanvas"]

_LEFT = 1  # vispy's number of the button


class NapariCanvas(QObject):
    """One image layer, filled in place, and one points layer that only shows the log.

    Parameters
    ----------
    drawn_by : str, optional
        What draws, in words for the person.
    """

    def __init__(self, drawn_by: str = "") -> None:
        super().__init__()
        self.events = CanvasEvents()
        self.records: Callable[[], bool] = lambda: False
        self.drawn_by = drawn_by
        self._marks: tuple[SiteMark, ...] = ()
        self._fitted = True
        self._begun = False
        self.viewer = ViewerModel()
        self._qt = QtViewer(self.viewer)
        # A fixed set of layers, made once: removing one and adding another in the same
        # turn of the event loop crashes in the driver.
        self.picture = self.viewer.add_image(
            np.zeros((720, 1280, 3), np.uint8), name="picture", rgb=True
        )
        self.sites = SitePoints(
            np.zeros((0, 2)),
            name="sites",
            border_color="white",
            border_width=0.06,
            text={"string": "{label}", "color": "black", "size": 12},
            features={"label": np.zeros(0, dtype=str)},
        )
        self.viewer.add_layer(self.sites)
        self.viewer.layers.selection.active = self.picture
        strip_furniture(self.viewer, self._qt)
        lock_keys(self.viewer)
        self.viewer.mouse_drag_callbacks.append(self._on_press)
        self.viewer.mouse_move_callbacks.append(self._on_move)
        self.viewer.scene.camera.events.zoom.connect(self._zoomed)
        self.viewer.scene.camera.events.center.connect(lambda _: self._tell_moved())
        self.surface.installEventFilter(self)

    @property
    def widget(self) -> QWidget:
        """Napari's viewer, without its furniture."""
        widget: QWidget = self._qt
        return widget

    @property
    def surface(self) -> QWidget:
        """What the picture is drawn into, and what gets mouse and keys."""
        return surface_of(self._qt)

    @property
    def scale(self) -> float:
        """Pixels of the screen for a pixel of the picture."""
        return float(self.viewer.scene.camera.zoom)

    @property
    def marks(self) -> tuple[SiteMark, ...]:
        """The marks that are drawn."""
        return self._marks

    def show_picture(self, rgb: NDArray[np.uint8]) -> bool:
        """Draw a picture, copied once; whether its size is a new one."""
        resized = not self._begun or rgb.shape != self.picture.data.shape
        self._begun = True
        if rgb.shape != self.picture.data.shape:
            self.picture.data = rgb.copy()
        else:
            np.copyto(self.picture.data, rgb)
            # measured: a third of the cost of setting `data` (one 1080p picture)
            self.picture.refresh(thumbnail=False, highlight=False, extent=False)
        if resized:
            self.fit()
        return resized

    def show_sites(self, marks: Sequence[SiteMark]) -> None:
        """Draw exactly these marks."""
        self._marks = tuple(marks)
        self.sites.sync(
            np.array([mark.point_rc for mark in marks], dtype=float),
            [mark.label for mark in marks],
            [_colour(mark) for mark in marks],
            [mark.symbol for mark in marks],
            size_px=self._mark_size_px(),
        )

    def fit(self) -> None:
        """Show the whole picture, also when the canvas grows."""
        self._fitted = True
        self.viewer.fit_to_view(layers=[self.picture], margin=0.0)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self._fitted = False
        self.viewer.scene.camera.zoom *= factor

    def to_screen(self, point_rc: tuple[float, float]) -> QPoint:
        """Where a point of the picture lies on the surface."""
        _, row, column = self.viewer.scene.camera.center
        x = self.surface.width() / 2 + (point_rc[1] - column) * self.scale
        y = self.surface.height() / 2 + (point_rc[0] - row) * self.scale
        return QPoint(round(x), round(y))

    def to_picture(self, place: QPoint) -> tuple[float, float]:
        """Row and column under a place of the surface; they may lie outside."""
        _, row, column = self.viewer.scene.camera.center
        return (
            row + (place.y() - self.surface.height() / 2) / self.scale,
            column + (place.x() - self.surface.width() / 2) / self.scale,
        )

    def close(self) -> None:
        """Let napari go of its canvas."""
        self.surface.removeEventFilter(self)
        self._qt.close()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Notice another size, the wheel, and a pointer that leaves; Qt calls this."""
        kind = None if event is None else event.type()
        if kind == QEvent.Type.Resize and self._fitted:
            # after vispy has taken up the size
            QTimer.singleShot(0, self._fit_again)
        elif kind == QEvent.Type.Wheel:
            self._fitted = False
        elif kind == QEvent.Type.Leave:
            self.events.hovered.emit(None)
        return False

    def _fit_again(self) -> None:
        if self._fitted:
            self.fit()

    def _mark_size_px(self) -> float:
        return mark_size_px(self.picture.data.shape[1], self.scale)

    def _zoomed(self, _: object) -> None:
        self.sites.resize_marks(self._mark_size_px())
        self._tell_moved()

    def _tell_moved(self) -> None:
        self.events.moved.emit()

    def _under(self, event: Any) -> tuple[float, float] | None:
        row, column = (float(x) for x in self.picture.world_to_data(event.position))
        within = in_picture((row, column), self.picture.data.shape)
        return (row, column) if within else None

    def _on_press(self, _: Any, event: Any) -> Generator[None, None, None]:
        if event.button != _LEFT or event.modifiers:
            return
        records = self.records()
        start = np.asarray(event.pos, dtype=float)
        farthest_px = 0.0
        yield
        while event.type == "mouse_move":
            moved = np.asarray(event.pos, dtype=float) - start
            farthest_px = max(farthest_px, float(np.hypot(*moved)))
            yield
        if farthest_px > MOST_MOVED_PX:
            self._fitted = False
            return
        point_rc = self._under(event)
        if point_rc is not None:
            self.events.clicked.emit(point_rc, records)

    def _on_move(self, _: Any, event: Any) -> None:
        self.events.hovered.emit(self._under(event))


def _colour(mark: SiteMark) -> str:
    """The colour with its opacity, as napari reads it: "#rrggbbaa"."""
    return mark.colour + ("73" if mark.dimmed else "ff")
