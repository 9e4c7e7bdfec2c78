"""Up to four pictures in one look, each with its day above, as large as they go."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from vein_devices.frame import Pixels
from vein_imaging.viewer.before_after.linked_pictures import LinkedView, link

__all__ = ["PictureRow"]

_CAPTION_PX = 32  # a line above each picture


class PictureRow(QWidget):
    """Views that zoom and move together, as many of them as are shown.

    Parameters
    ----------
    count : int
        Views; all but the first can be hidden.
    linked : sequence of bool
        Which of them lie in one frame: only these follow each other.
    """

    def __init__(self, count: int, linked: Sequence[bool]) -> None:
        super().__init__()
        self.views = [LinkedView() for _at in range(count)]
        self.captions = [QLabel() for _at in range(count)]
        self.sides: list[QWidget] = []
        self._shown: tuple[int, float] = 0, 1.0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for view, caption in zip(self.views, self.captions, strict=True):
            caption.setProperty("role", "total")
            caption.setWordWrap(True)
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(caption)
            column.addWidget(view, 1)
            self.sides.append(side)
        link(*(view for view, in_frame in zip(self.views, linked, strict=True)
               if in_frame))  # fmt: skip

    def show_pictures(self, shown: Sequence[tuple[str, Pixels]]) -> None:
        """Show these, each under its caption; the views that are left are hidden.

        Parameters
        ----------
        shown : sequence of (caption, picture)
        """
        for at, (side, view) in enumerate(zip(self.sides, self.views, strict=True)):
            side.setVisible(at < len(shown))
            if at < len(shown):
                caption, picture = shown[at]
                self.captions[at].setText(caption)
                view.setAccessibleName(caption)
                view.show_picture(picture)
        height, width = shown[0][1].shape[:2]
        self._shown = len(shown), width / height
        self._arrange()

    def _arrange(self) -> None:
        """Lay the views out in as many columns as make the pictures largest."""
        count, shape = self._shown
        if not count:
            return

        def scale(columns: int) -> float:
            rows = -(-count // columns)
            high = self.height() / rows - _CAPTION_PX
            return min(self.width() / columns, high * shape)

        columns = max(range(1, count + 1), key=scale)
        for at, side in enumerate(self.sides):
            self._grid.removeWidget(side)
            self._grid.addWidget(side, at // columns, at % columns)
        # pictures begin at one height, whichever caption breaks its line
        wide = self.width() // columns - self._grid.horizontalSpacing()
        high = max(one.heightForWidth(wide) for one in self.captions[:count])
        for caption in self.captions:
            caption.setFixedHeight(high)
        for at in range(len(self.sides)):
            self._grid.setColumnStretch(at, int(at < columns))
            self._grid.setRowStretch(at, int(at < -(-count // columns)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Other columns may make them larger; Qt calls this."""
        super().resizeEvent(event)
        self._arrange()

    def zoom(self, factor: float) -> None:
        """Zoom all that are shown."""
        self.views[0].zoom(factor)
        for view in self.views[1:]:
            if not view.follows(self.views[0]):
                view.zoom(factor)

    def fit(self) -> None:
        """Show the whole pictures."""
        for view in self.views:
            view.fit()
