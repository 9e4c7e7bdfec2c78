"""The list of what has been recorded, by area of the body, the newest on top."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from qtpy.QtGui import QResizeEvent, QShowEvent
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

from vein_imaging.viewer.injecting.log_rows import LogRow, by_area
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["LogTable"]

_COLUMNS = ("#", marked("Time"), marked("What"), marked("mL"), "")


class LogTable(QWidget):
    """Totals, the entries, and the buttons that correct or void the chosen one.

    Signals
    -------
    void_asked(str), correct_asked(str)
        The `entry_id`; the reason is asked for elsewhere.
    """

    void_asked = Signal(str)
    correct_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[LogRow | None] = []
        self._why_not = ""
        self.totals = QLabel()
        self.totals.setProperty("role", "total")
        self.totals.setWordWrap(True)
        self.correct = QPushButton(_("Correct\N{HORIZONTAL ELLIPSIS}"))
        self.void = QPushButton(_("Void entry\N{HORIZONTAL ELLIPSIS}"))
        self.why = QLabel()
        self.why.setProperty("role", "caption")
        self.why.setWordWrap(True)
        self.table = _table()
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_rows)
        buttons = QHBoxLayout()
        buttons.addWidget(self.correct, 1)
        buttons.addWidget(self.void, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.totals)
        column.addWidget(self.table, 1)
        column.addWidget(self.why)
        column.addLayout(buttons)
        self.table.itemSelectionChanged.connect(self._choose)
        self.void.clicked.connect(lambda: self._ask(self.void_asked))
        self.correct.clicked.connect(lambda: self._ask(self.correct_asked))
        self.show_rows((), _("Nothing recorded yet"))

    def forbid(self, why: str) -> None:
        """Let nobody correct or void, and say why."""
        self._why_not = why
        self._choose()

    def show_rows(self, rows: Sequence[LogRow], totals: str) -> None:
        """Show these rows instead, in this order, and the running totals."""
        chosen = self._chosen()
        self.totals.setText(totals)
        areas = by_area(rows)
        self._rows = []
        for area, held in areas:
            if len(areas) > 1 or area:
                self._rows.append(None)
            self._rows += held
        self.table.clearSelection()
        self.table.clearSpans()
        self.table.setRowCount(len(self._rows))
        at = 0
        for area, held in areas:
            if self._rows[at] is None:
                self._show_area(at, area, held)
                at += 1
            for row in held:
                self._show_row(at, row)
                at += 1
        for at, listed in enumerate(self._rows):
            if chosen and listed and listed.entry_id == chosen.entry_id:
                self.table.selectRow(at)
        self._begin_at_an_entry()
        self._fit_rows()
        self._choose()

    def _begin_at_an_entry(self) -> None:
        """Let the arrows begin at an entry: an area's name cannot be left by them."""
        first = next((at for at, row in enumerate(self._rows) if row is not None), None)
        selection = self.table.selectionModel()
        model = self.table.model()
        if first is None or selection is None or model is None:
            return
        if not selection.hasSelection():
            nothing = QItemSelectionModel.SelectionFlag.NoUpdate
            selection.setCurrentIndex(model.index(first, 0), nothing)

    def _fit_rows(self) -> None:
        """Give each row all its lines, and no less than a finger needs."""
        self.table.resizeRowsToContents()
        for at in range(self.table.rowCount()):
            self.table.setRowHeight(at, max(self.table.rowHeight(at), TARGET_PX))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Fit the rows to another width; Qt calls this."""
        super().resizeEvent(event)
        self._fit.start()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Fit the rows to the width that is known now; Qt calls this."""
        super().showEvent(event)
        self._fit.start()

    def _show_area(self, at: int, area: str, held: Sequence[LogRow]) -> None:
        count = sum(1 for row in held if not row.voided)
        said = plural("{area}: {count} injection", "{area}: {count} injections", count)
        item = _item(said.format(area=area or _("no area named"), count=count))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        self.table.setItem(at, 0, item)
        self.table.setSpan(at, 0, 1, len(_COLUMNS))

    def _show_row(self, at: int, row: LogRow) -> None:
        what = f"{row.what}\n{row.remark}" if row.remark else row.what
        void = _("VOID") if row.voided else ""
        cells = (row.number, row.time, what, row.volume_ml, void)
        for column, text in enumerate(cells):
            item = _item(text, struck=row.voided and column < 4)
            if column in (0, 3):
                item.setTextAlignment(
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
            self.table.setItem(at, column, item)

    def _chosen(self) -> LogRow | None:
        chosen = self.table.selectedItems()
        return self._rows[chosen[0].row()] if chosen else None

    def _choose(self) -> None:
        row = self._chosen()
        why = self._why_not
        if not why and not any(self._rows):
            why = _("Nothing is recorded yet")
        elif not why and row is None:
            why = _("Choose an entry to correct or void it")
        elif not why and row is not None and row.voided:
            why = _("This entry is void already; it stays in the record")
        self.why.setText(why)
        self.why.setVisible(bool(why))
        for button in (self.void, self.correct):
            button.setEnabled(not why)
            button.setToolTip(why)

    def _ask(self, signal: Signal) -> None:
        row = self._chosen()
        if row is not None:
            signal.emit(row.entry_id)


def _table() -> QTableWidget:
    table = QTableWidget(0, len(_COLUMNS))
    table.setAccessibleName(_("What was recorded"))
    table.setHorizontalHeaderLabels([_(name) if name else "" for name in _COLUMNS])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setWordWrap(True)
    side = QHeaderView(Qt.Orientation.Vertical)
    side.setMinimumSectionSize(TARGET_PX)
    table.setVerticalHeader(side)
    side.hide()
    header = QHeaderView(Qt.Orientation.Horizontal)
    table.setHorizontalHeader(header)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    table.setMinimumHeight(2 * TARGET_PX + 34)
    return table


def _item(text: str, *, struck: bool = False) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if struck:
        font = item.font()
        font.setStrikeOut(True)
        item.setFont(font)
    return item
