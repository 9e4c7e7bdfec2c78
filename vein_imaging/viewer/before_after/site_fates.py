"""What became of the treated sites: a picture with their numbers, and the tables."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.report import NumberedSite, Table, draw_sites
from vein_imaging.treatment.compared_photos import LaterPhoto
from vein_imaging.treatment.comparison_page import site_tables
from vein_imaging.viewer.before_after.linked_pictures import LinkedView
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import translate as _

__all__ = ["SiteFates", "fit_to_rows", "table_widget"]

_SHARE = 0.6  # of the letters: a long text breaks into lines, a short one does not


def table_widget(table: Table) -> QTableWidget:
    """Show a report's table: as high as its rows, cells that wrap.

    Parameters
    ----------
    table : Table
    """
    shown = QTableWidget(len(table.rows), len(table.columns))
    shown.setHorizontalHeaderLabels(list(table.columns))
    shown.setAccessibleName(table.caption)
    shown.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    shown.setAlternatingRowColors(True)
    shown.setWordWrap(True)
    for row, texts in enumerate(table.rows):
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            shown.setItem(row, column, item)
    header, rows = shown.horizontalHeader(), shown.verticalHeader()
    assert header is not None and rows is not None
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setStretchLastSection(True)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    rows.hide()
    rows.setMinimumSectionSize(TARGET_PX)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    shown.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return shown


def fit_to_rows(shown: QTableWidget) -> None:
    """Make a table as high as all of its rows, its columns by what stands in them."""
    header = shown.horizontalHeader()
    assert header is not None
    columns = range(shown.columnCount())
    least = [header.sectionSizeHint(column) for column in columns]
    shares = [_longest(shown, column) ** _SHARE for column in columns]
    room = shown.width() - 2 * shown.frameWidth()
    for column, share in zip(columns, shares, strict=True):
        width = round(room * share / sum(shares))
        shown.setColumnWidth(column, max(least[column], width))
    shown.resizeRowsToContents()
    rows = sum(shown.rowHeight(row) for row in range(shown.rowCount()))
    shown.setFixedHeight(rows + header.sizeHint().height() + 6)


def _longest(shown: QTableWidget, column: int) -> int:
    """Letters of the longest text of a column, its heading among them."""
    cells = [shown.item(row, column) for row in range(shown.rowCount())]
    cells.append(shown.horizontalHeaderItem(column))
    return max(len(cell.text()) for cell in cells if cell is not None)


class SiteFates(QWidget):
    """The later picture with the sites' numbers on it, and what became of each."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = LinkedView()
        self.picture.setAccessibleName(_("Treated sites"))
        self.tables: list[QTableWidget] = []
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.picture, 2)
        row.addWidget(self._scroll, 3)

    def show_sites(self, one: LaterPhoto) -> None:
        """Show the sites of a later picture.

        Parameters
        ----------
        one : LaterPhoto
        """
        marks = [
            NumberedSite(
                outcome.site.name.partition(" ")[0],
                tuple((float(r), float(c)) for r, c in outcome.site.points_rc),
                outcome.site.closed,
            )
            for outcome in one.sites
        ]
        shown = draw_sites(one.shown, marks) if one.aligned else one.shown
        self.picture.show_picture(np.asarray(shown, np.uint8))
        inner = QWidget()
        inner.setObjectName("panel")
        column = QVBoxLayout(inner)
        self.tables = []
        for table in site_tables(one.sites, one.skin):
            caption = QLabel(table.caption)
            caption.setProperty("role", "total")
            column.addWidget(caption)
            widget = table_widget(table)
            self.tables.append(widget)
            column.addWidget(widget)
            if table.note:
                note = QLabel(table.note)
                note.setProperty("role", "caption")
                note.setWordWrap(True)
                column.addWidget(note)
        column.addStretch(1)
        self._scroll.setWidget(inner)
        self._fit()

    def showEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Rows have their height once they are seen; Qt calls this."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fit()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Cells break elsewhere; Qt calls this."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        for table in self.tables:
            fit_to_rows(table)
