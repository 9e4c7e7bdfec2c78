"""Every use of what napari keeps private, in one place.

napari may change these in any release: `tests/vein_imaging/viewer/test_window.py`
shows that they still do what is said here. Checked with napari 0.9.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from napari.components import ViewerModel
from napari.layers import Points
from napari.qt import QtViewer
from numpy.typing import NDArray
from qtpy.QtWidgets import QWidget

__all__ = ["SitePoints", "lock_keys", "strip_furniture", "surface_of"]


class SitePoints(Points):  # type: ignore[misc]
    """Injection sites as a view of the log: only `sync` can change them.

    A plain Points layer deletes on a key press without asking, even with
    `editable=False`, and pastes without an event. Here every way in is shut.
    """

    _open = False

    @property
    def _type_string(self) -> str:
        return "points"  # so that napari finds the drawing code and writers

    @contextmanager
    def _opened(self) -> Iterator[None]:
        self._open = True
        try:
            yield
        finally:
            self._open = False

    def sync(
        self,
        points_rc: NDArray[np.float64],
        labels: Sequence[str],
        colours: Sequence[str],
        symbols: Sequence[str],
        *,
        size_px: float,
    ) -> None:
        """Show exactly these sites.

        Parameters
        ----------
        points_rc : (N, 2), px
            Row and column in the picture.
        labels, colours, symbols : N each
            Text, face colour and napari symbol of each site.
        size_px : px
            Of every mark, in the picture.
        """
        with self._opened():
            self.data = np.asarray(points_rc, dtype=float).reshape(-1, 2)
            self.features = {"label": list(labels)}
            if labels:
                self.face_color = list(colours)
                self.symbol = list(symbols)
                self.size = size_px
            self.selected_data = set[int]()
            self.refresh()

    def resize_marks(self, size_px: float) -> None:
        """Draw every mark in another size (px of the picture)."""
        with self._opened():
            self.size = size_px

    def add(self, coords: Any) -> None:
        """Do nothing: a site enters the log first."""
        if self._open:
            super().add(coords)

    def remove(self, indices: list[int]) -> None:
        """Do nothing: a site is voided in the log, never removed."""
        if self._open:
            super().remove(indices)

    def _move(self, *args: Any, **kwargs: Any) -> None:
        if self._open:
            super()._move(*args, **kwargs)

    def _paste_data(self) -> None:
        """Do nothing: napari pastes without telling anyone."""

    def _reset_editable(self) -> None:
        # napari sets this back to True on every change of data
        self.editable = False


def surface_of(qt_viewer: QtViewer) -> QWidget:
    """Return the widget that the picture is drawn into, and that gets the mouse."""
    widget: QWidget = qt_viewer.canvas.native
    return widget


def strip_furniture(viewer: ViewerModel, qt_viewer: QtViewer) -> None:
    """Hide napari's sliders, and let it neither take files nor zoom by double clicks.

    Its menus, layer list, console and status bar belong to a window of its own, which
    is never made.
    """
    qt_viewer.dims.hide()
    # A file dropped on the picture would become a layer.
    qt_viewer.setAcceptDrops(False)
    # napari's double click zooms: a double tap on a vein must not.
    viewer.mouse_double_click_callbacks.clear()


def lock_keys(viewer: ViewerModel) -> None:
    """Swallow every key that reaches the canvas, before viewer or layer act on it.

    The layer's own keys go before the viewer's, so both get the catch-all. The
    program's own keys are `QShortcut`s, which Qt looks at first.
    """

    def nothing(_: Any) -> None:
        return None

    for target in (viewer, *viewer.layers):
        target.bind_key(..., nothing, overwrite=True)
