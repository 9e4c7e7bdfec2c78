"""The page "Compare": the patient's photographs by area and pose, to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vein_devices.frame import Pixels
from vein_imaging.treatment.photographs import Photo, Photographs, why_not_comparable
from vein_imaging.treatment.timeline import PhotoSeries, photo_series, why_not_together
from vein_imaging.viewer.before_after.photo_tile import PhotoTile
from vein_imaging.viewer.before_after.thumbnails import Thumbnails
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["ComparePage"]

_IN_A_ROW = 3  # as many as the page is wide


class ComparePage(QWidget):
    """Every photograph of the patient, and a button that compares the chosen ones.

    Parameters
    ----------
    photographs : Photographs
        Of the patient; nobody else's can be on the page.

    Signals
    -------
    asked(tuple of Photo)
        These are to be compared; the oldest first.
    """

    asked = Signal(tuple)

    def __init__(self, photographs: Photographs) -> None:
        super().__init__()
        self._photographs = photographs
        self._busy = ""
        self.tiles: list[PhotoTile] = []
        """One for each photograph, the oldest first."""
        self.thumbnails = Thumbnails(photographs)
        self.count = QLabel()
        self.count.setProperty("role", "total")
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.compare = QPushButton()
        self.none = QPushButton(_("Choose none"))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for button in (self.compare, self.none):
            button.setAutoDefault(False)
            button.setMinimumHeight(TARGET_PX)
        self._lay_out()
        self.compare.clicked.connect(lambda: self.asked.emit(self.chosen))
        self.none.clicked.connect(lambda: self.choose(()))
        self.thumbnails.ready.connect(self._show_thumbnail)
        self.thumbnails.failed.connect(self._show_missing)
        self.refresh()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.none)
        buttons.addWidget(self.compare, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 10)
        column.addWidget(self.count)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    @property
    def chosen(self) -> tuple[Photo, ...]:
        """The chosen photographs, the oldest first."""
        return tuple(tile.photo for tile in self.tiles if tile.isChecked())

    def refresh(self) -> None:
        """Show what the record holds now; what was chosen stays chosen."""
        chosen = self.chosen
        photos = self._photographs.all()
        self.count.setText(
            plural(
                "{count} photograph of this patient",
                "{count} photographs of this patient",
                len(photos),
            ).format(count=len(photos))
        )
        self.tiles = [PhotoTile(photo) for photo in reversed(photos)]
        inner = QWidget()
        inner.setObjectName("panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        if not photos:
            column.addWidget(_explained())
        for series in photo_series(photos):
            column.addWidget(self._group(series))
        column.addStretch(1)
        self._scroll.setWidget(inner)
        for tile in self.tiles:
            tile.toggled.connect(self._judge)
        self.choose(chosen)
        self.thumbnails.ask(photos)

    def _group(self, series: PhotoSeries) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 4, 0, 8)
        grid = QGridLayout()
        title = QLabel(series.title)
        title.setProperty("role", "caption")
        title.setWordWrap(True)
        column.addWidget(title)
        column.addLayout(grid)
        # the same entry can be there twice: by itself, not by what it equals
        ours = [
            next(tile for tile in self.tiles if tile.photo is photo)
            for photo in series.photos
        ]
        for at, tile in enumerate(ours):
            grid.addWidget(tile, at // _IN_A_ROW, at % _IN_A_ROW)
        grid.setColumnStretch(_IN_A_ROW, 1)
        return box

    def choose(self, photos: Sequence[Photo]) -> None:
        """Choose exactly these."""
        for tile in self.tiles:
            tile.setChecked(tile.photo in photos)
        self._judge()

    def propose(self) -> None:
        """Choose a likely pair where nothing is chosen: the newest, and one before."""
        if self.chosen or len(self.tiles) < 2:
            return
        *earlier, newest = [tile.photo for tile in self.tiles]
        fits = [one for one in earlier if not why_not_comparable(one, newest)]
        elsewhere = [one for one in fits if not one.of_this_session]
        for found in (elsewhere or fits)[-1:]:
            self.choose((found, newest))

    def show_busy(self, words: str) -> None:
        """Say what is being done instead of offering it; empty when it is over."""
        self._busy = words
        self._judge()

    def close_record(self) -> None:
        """Take every picture off the page: the record is closed."""
        self.thumbnails.close()
        self.tiles = []
        self._scroll.setWidget(QWidget())
        self.count.clear()
        self._judge()

    def _judge(self, *_checked: object) -> None:
        chosen = self.chosen
        number = 0
        for tile in self.tiles:
            number += tile.isChecked()
            tile.show_number(number if tile.isChecked() else 0)
        why_not = "" if self._busy or not self.tiles else why_not_together(chosen)
        self.problem.setText(why_not)
        self.compare.setEnabled(bool(self.tiles) and not why_not and not self._busy)
        self.compare.setText(self._busy or _compare_words(len(chosen)))
        self.none.setEnabled(bool(chosen))

    def _show_thumbnail(self, image_id: str, small: Pixels) -> None:
        for tile in self.tiles:
            if tile.photo.image_id == image_id:
                tile.show_picture(small)

    def _show_missing(self, image_id: str, why: str) -> None:
        for tile in self.tiles:
            if tile.photo.image_id == image_id:
                tile.show_missing(why)


def _compare_words(count: int) -> str:
    if count < 2:
        return _("Compare")
    return _("Compare these {count}").format(count=count)


def _explained() -> QLabel:
    label = QLabel(
        _(
            "There is no photograph of this patient yet. "
            "\N{LEFT DOUBLE QUOTATION MARK}Photograph\N{RIGHT DOUBLE QUOTATION MARK} "
            "above the picture stores one."
        )
    )
    label.setWordWrap(True)
    return label
