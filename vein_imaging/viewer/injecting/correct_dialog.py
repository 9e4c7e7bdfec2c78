"""Asks what was really given, and why the entry says otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from vein_imaging.treatment import VisitFacts
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.injecting.entry_form import EntryForm
from vein_imaging.viewer.injecting.reason_dialog import LEAST_LETTERS
from vein_imaging.viewer.qt.patient_dialog import PatientDialog
from vein_imaging.words import translate as _

__all__ = ["CorrectDialog"]


class CorrectDialog(PatientDialog):
    """The entry as it stands, to be typed over; it closes once it is corrected.

    Parameters
    ----------
    parent : QWidget
    facts : VisitFacts
    products : sequence of (key, name)
    entry : EntryText
        As it stands.
    named : str
        "Entry 3, 10:07".

    Signals
    -------
    go_on(EntryText, str)
        The whole right value, and the reason.
    """

    go_on_asked = Signal(object, str)

    def __init__(
        self,
        parent: QWidget,
        facts: VisitFacts,
        products: Sequence[tuple[str, str]],
        entry: EntryText,
        named: str,
    ) -> None:
        super().__init__(parent, _("Correct an entry"), facts)
        self.setMinimumWidth(620)
        self._was = entry
        headline = QLabel(_("{entry}: what was really given").format(entry=named))
        headline.setProperty("role", "total")
        kept = QLabel(
            _(
                "What stood there stays in the record and is shown with the "
                "correction; its time stays that of the injection."
            )
        )
        kept.setProperty("role", "caption")
        for label in (headline, kept):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.form = EntryForm(products)
        self.form.last.hide()
        self.form.drawing.hide()
        self.form.fill(entry)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why it is corrected, in your own words"))
        self.reason.setAccessibleName(_("Reason"))
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.cancel = QPushButton(_("Cancel \N{EM DASH} correct nothing"))
        self.go_on = QPushButton(_("Correct this entry"))
        for button in (self.cancel, self.go_on):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        for part in (headline, kept, self.form, self.reason, self.problem):
            self.column.addWidget(part)
        self.column.addLayout(buttons)
        self.cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self._go_on)
        self.form.changed.connect(lambda _entry: self._judge())
        self.reason.textChanged.connect(self._judge)
        self._judge()

    @property
    def reason_text(self) -> str:
        """What was typed, without the spaces around it."""
        return str(self.reason.text()).strip()

    def _judge(self) -> None:
        why = ""
        if self.form.entry == self._was:
            why = _("Nothing is changed yet")
        elif len(self.reason_text) < LEAST_LETTERS:
            why = _("A reason is missing")
        self.problem.setText(why)
        self.go_on.setEnabled(not why)

    def _go_on(self) -> None:
        self.go_on_asked.emit(self.form.entry, self.reason_text)
