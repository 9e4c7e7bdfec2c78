"""The list of what has been recorded, the newest on top."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.injecting.log_rows import LogRow
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["LogTable"]

_COLUMNS = ("#", marked("Time"), marked("What"), marked("mL"), "")


class LogTable(QWidget):
    """Totals, the entries, and a button that voids the chosen one.

    Signals
    -------
    void_asked(str)
        The `entry_id` that shall be voided; the reason is asked for elsewhere.
    """

    void_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[LogRow, ...] = ()
        self.totals = QLabel()
        self.totals.setProperty("role", "total")
        self.totals.setWordWrap(True)
        self.void = QPushButton(_("Void entry\N{HORIZONTAL ELLIPSIS}"))
        self.void.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(
            [_(name) if name else "" for name in _COLUMNS]
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(True)
        side = QHeaderView(Qt.Orientation.Vertical)
        side.setMinimumSectionSize(TARGET_PX)
        self.table.setVerticalHeader(side)
        side.hide()
        header = QHeaderView(Qt.Orientation.Horizontal)
        self.table.setHorizontalHeader(header)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(2 * TARGET_PX + 34)
        top = QHBoxLayout()
        top.addWidget(self.totals, 1)
        top.addWidget(self.void)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        self.table.itemSelectionChanged.connect(self._choose)
        self.void.clicked.connect(self._ask)
        self.show_rows((), _("Nothing recorded yet"))

    def show_rows(self, rows: Sequence[LogRow], totals: str) -> None:
        """Show these rows instead, in this order, and the running totals."""
        self._rows = tuple(rows)
        self.totals.setText(totals)
        self.table.clearSelection()
        self.table.setRowCount(len(self._rows))
        for at, row in enumerate(self._rows):
            what = f"{row.what}\n{row.remark}" if row.remark else row.what
            void = _("VOID") if row.voided else ""
            cells = (row.number, row.time, what, row.volume_ml, void)
            for column, text in enumerate(cells):
                self.table.setItem(
                    at, column, _item(text, struck=row.voided and column < 4)
                )
        self.table.resizeRowsToContents()
        self._choose()

    def _chosen(self) -> LogRow | None:
        chosen = self.table.selectedItems()
        return self._rows[chosen[0].row()] if chosen else None

    def _choose(self) -> None:
        row = self._chosen()
        self.void.setEnabled(row is not None and not row.voided)

    def _ask(self) -> None:
        row = self._chosen()
        if row is not None:
            self.void_asked.emit(row.entry_id)


def _item(text: str, *, struck: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if struck:
        font = item.font()
        font.setStrikeOut(True)
        item.setFont(font)
        item.setForeground(Qt.GlobalColor.gray)
    return item
