"""The list of patients: a name in large letters, a tag, and why in words."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QPainter
from qtpy.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from vein_imaging.viewer.qt.style import colour
from vein_imaging.viewer.start.listed_words import ListedPatient
from vein_imaging.words import translate as _

__all__ = ["PatientList"]

_ROW_PX = 62  # two lines of letters, taller than a finger is wide
_TAG_PX = 116  # the longest tag in bold
_PAD_PX = 12  # letters do not touch the edge
_LOOKS = {
    "open": ("switched_on", "switched_on_text"),
    "due": ("ok", "ok_text"),
    "unsigned": ("warn", "warn_text"),
    "signed": ("quiet", "text"),
}


class PatientList(QListWidget):
    """Chosen by a click or the arrow keys; a double click or Enter goes on.

    Signals
    -------
    chosen(ListedPatient)
    taken(ListedPatient)
    """

    chosen = Signal(object)
    taken = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Patients"))
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._changed)
        self.itemActivated.connect(lambda item: self.taken.emit(_of(item)))

    def show_patients(self, listed: Iterable[ListedPatient]) -> None:
        """Show exactly these; who was chosen stays chosen where still there."""
        before = self.listed
        kept = None if before is None else _key(before)
        self.blockSignals(True)
        self.clear()
        for one in listed:
            said = ", ".join(part for part in (one.tag, one.who, one.why) if part)
            item = QListWidgetItem(said, self)
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setToolTip(one.why)
            if _key(one) == kept:
                self.setCurrentItem(item)
        self.blockSignals(False)
        self.chosen.emit(self.listed)

    @property
    def listed(self) -> ListedPatient | None:
        """Who is chosen; None where nobody is."""
        return _of(self.currentItem())

    def _changed(self) -> None:
        self.chosen.emit(self.listed)


def _of(item: QListWidgetItem | None) -> ListedPatient | None:
    if item is None:
        return None
    listed: ListedPatient = item.data(Qt.ItemDataRole.UserRole)
    return listed


def _key(listed: ListedPatient) -> tuple[str, str]:
    row = listed.row
    return listed.patient.patient_id, "" if row is None else row.session_id


class _Row(QStyledItemDelegate):
    """Draws one patient; the list itself keeps keyboard and screen reader."""

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QSize:
        """Give the size of a line; Qt calls this."""
        return QSize(0, _ROW_PX)

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> None:
        """Draw a line; Qt calls this."""
        listed = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or listed is None:
            return
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, QColor(colour("chosen")))
        inside = option.rect.adjusted(_PAD_PX, 6, -_PAD_PX, -6)
        self._tag(painter, inside, listed)
        text = inside.adjusted(_TAG_PX + _PAD_PX, 0, 0, 0)
        name = QFont(option.font)
        name.setPixelSize(18)
        name.setBold(True)
        painter.setFont(name)
        painter.setPen(QColor(colour("chosen_text" if chosen else "text")))
        _line(painter, QRect(text.left(), text.top(), text.width(), 26), listed.who)
        small = QFont(option.font)
        small.setPixelSize(15)
        painter.setFont(small)
        painter.setPen(QColor(colour("chosen_text" if chosen else "caption")))
        _line(
            painter, QRect(text.left(), text.top() + 26, text.width(), 24), listed.why
        )
        painter.setPen(QColor(colour("faint_edge")))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _tag(self, painter: QPainter, inside: QRect, listed: ListedPatient) -> None:
        if listed.row is None:
            return
        ground, letters = _LOOKS[listed.row.listed]
        box = QRect(inside.left(), inside.top() + 9, _TAG_PX, inside.height() - 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour(ground)))
        painter.drawRoundedRect(box, 6, 6)
        font = QFont(painter.font())
        font.setPixelSize(15)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colour(letters)))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), listed.tag)


def _line(painter: QPainter, box: QRect, text: str) -> None:
    cut = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, box.width()
    )
    at = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(box, int(at), cut)
