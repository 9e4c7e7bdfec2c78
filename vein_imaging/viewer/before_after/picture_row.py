"""Up to four pictures beside each other, each with its day above."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vein_devices.frame import Pixels
from vein_imaging.viewer.before_after.linked_pictures import LinkedView, link

__all__ = ["PictureRow"]


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
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for view, caption in zip(self.views, self.captions, strict=True):
            caption.setProperty("role", "total")
            caption.setWordWrap(True)
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(caption)
            column.addWidget(view, 1)
            row.addWidget(side, 1)
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
