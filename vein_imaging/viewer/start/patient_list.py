"""The list of patients: a name in large letters, a tag, and why in words."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter
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
    "overdue": ("warn", "warn_text"),
    "due": ("ok", "ok_text"),
    "soon": ("quiet", "text"),
    "unsigned": ("warn", "warn_text"),
    "signed": ("quiet", "text"),
}


class PatientList(QListWidget):
    """Chosen by a click or the arrow keys; a double click or Enter goes on.

    Parameters
    ----------
    tags : bool
        Whether there is room for a tag before the name.

    Signals
    -------
    chosen(ListedPatient)
    taken(ListedPatient)
    """

    chosen = Signal(object)
    taken = Signal(object)

    def __init__(self, *, tags: bool = True) -> None:
        super().__init__()
        self.setAccessibleName(_("Patients"))
        self.setItemDelegate(_Row(self, tags))
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
            item = QListWidgetItem(one.words, self)
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setToolTip(one.words)
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

    def __init__(self, parent: QListWidget, tags: bool) -> None:
        super().__init__(parent)
        self._beside_px = _TAG_PX + _PAD_PX if tags else 0

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
        text = inside.adjusted(self._beside_px, 0, 0, 0)
        upper = QRect(text.left(), text.top(), text.width(), text.height() // 2)
        lower = upper.translated(0, upper.height())
        large, small = QFont(option.font), QFont(option.font)
        large.setPixelSize(18)
        large.setBold(True)
        small.setPixelSize(15)
        letters = QColor(colour("chosen_text" if chosen else "text"))
        fainter = QColor(colour("chosen_text" if chosen else "caption"))
        if not listed.why:
            _line(painter, upper, listed.name, large, letters)
            _line(painter, lower, listed.person, small, fainter)
        else:
            wide = QFontMetrics(large).horizontalAdvance(listed.name) + 2 * _PAD_PX
            beside_px = QFontMetrics(small).horizontalAdvance(listed.person)
            wide = min(wide, upper.width() - beside_px - _PAD_PX)
            _line(painter, upper, listed.name, large, letters, wide - _PAD_PX)
            beside = upper.adjusted(wide, 0, 0, 0)
            _line(painter, beside, listed.person, small, fainter)
            _line(painter, lower, listed.below, small, letters)
        painter.setPen(QColor(colour("faint_edge")))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _tag(self, painter: QPainter, inside: QRect, listed: ListedPatient) -> None:
        if not listed.kind:
            return
        ground, letters = _LOOKS[listed.kind]
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


def _line(
    painter: QPainter,
    box: QRect,
    text: str,
    font: QFont,
    letters: QColor,
    width_px: int | None = None,
) -> None:
    width = box.width() if width_px is None else width_px
    cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
    painter.setFont(font)
    painter.setPen(letters)
    at = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(box, int(at), cut)
