"""A new patient: the facts, and who looks alike, before anybody is added twice."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.treatment import PatientRecord
from vein_imaging.viewer.qt.style import TARGET_PX, stylesheet
from vein_imaging.viewer.start.listed_words import found_patient
from vein_imaging.viewer.start.patient_list import PatientList
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["NewPatientDialog"]

_FIELDS = {
    "name": (marked("Name"), ""),
    "born": (marked("Born"), marked("as in 1980-04-12")),
    "number": (marked("Number"), marked("the clinic's own")),
    "sex": (marked("Sex"), marked("as the patient says")),
    "phone": (marked("Phone"), ""),
    "email": (marked("E-mail"), ""),
    "address": (marked("Address"), ""),
}
_SAME = {
    "number": marked("number"),
    "name": marked("name"),
    "birth date": marked("birth date"),
}


class NewPatientDialog(QDialog):
    """Asks for a person's facts; shows others who may be the same person.

    Opened with `open`: nothing behind it stops.

    Parameters
    ----------
    parent : QWidget
    name : str
        As typed into the search.

    Signals
    -------
    add_asked(facts, another_person, entry_id)
        A second try has the same id, so that nobody is added twice.
    known_chosen(PatientRecord)
        It is one of those who were there already.
    """

    add_asked = Signal(object, bool, str)
    known_chosen = Signal(object)

    def __init__(self, parent: QWidget, name: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(stylesheet())
        self.setWindowTitle(_("New patient"))
        self.setMinimumWidth(620)
        self._entry_id = uuid.uuid4().hex
        self.fields = {key: QLineEdit() for key in _FIELDS}
        self.fields["name"].setText(name)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.others = PatientList(tags=False)
        self.others.setAccessibleName(_("Patients who look alike"))
        self.others.setFixedHeight(136)
        self.cancel = QPushButton(_("Cancel"))
        self.known = QPushButton(_("It is this patient"))
        self.add = QPushButton(_("Add"))
        self.add.setObjectName("main")
        self.another = QPushButton(_("Another person: add"))
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        heading = QLabel(_("New patient"))
        heading.setProperty("role", "patient")
        rows = QFormLayout()
        rows.setVerticalSpacing(6)
        for key, (words, hint) in _FIELDS.items():
            label = QLabel(_(words))
            label.setProperty("role", "caption")
            label.setMinimumHeight(TARGET_PX)
            self.fields[key].setAccessibleName(_(words))
            self.fields[key].setPlaceholderText(_(hint) if hint else "")
            rows.addRow(label, self.fields[key])
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        for button in (self.known, self.another, self.add):
            buttons.addWidget(button)
        for button in (self.cancel, self.known, self.another, self.add):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(heading)
        column.addLayout(rows)
        column.addWidget(self.problem)
        column.addWidget(self.others)
        column.addLayout(buttons)
        self._ask_again()

    def _wire(self) -> None:
        self.cancel.clicked.connect(self.reject)
        self.add.clicked.connect(lambda: self._add(another_person=False))
        self.another.clicked.connect(lambda: self._add(another_person=True))
        self.known.clicked.connect(self._known)
        self.others.taken.connect(lambda _one: self._known())
        self.others.chosen.connect(lambda one: self.known.setEnabled(one is not None))
        for field in self.fields.values():
            field.textEdited.connect(lambda _text: self._ask_again())
        self.fields["name"].setFocus()

    @property
    def facts(self) -> dict[str, str]:
        """What was typed, without what was left empty."""
        typed = {key: field.text().strip() for key, field in self.fields.items()}
        return {key: text for key, text in typed.items() if text or key == "name"}

    def say(self, problem: str) -> None:
        """Say why nobody was added."""
        self.setEnabled(True)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def ask_which(self, others: Sequence[tuple[PatientRecord, str]]) -> None:
        """Show who looks alike, and ask whether it is one of them.

        Parameters
        ----------
        others : of (PatientRecord, what is the same)
        """
        same = {
            " and ".join(_(_SAME[word]) for word in what.split(" and "))
            for _one, what in others
        }
        self.say(
            _("Already there, with the same {what}. Is it one of these?").format(
                what=", ".join(sorted(same))
            )
        )
        self.others.show()
        self.others.show_patients([found_patient(one) for one, _what in others])
        if len(others) == 1:
            self.others.setCurrentRow(0)
        self.known.show()
        self.another.show()
        self.add.hide()
        self.others.setFocus()

    def _ask_again(self) -> None:
        """Facts that have changed are looked at anew."""
        self.say("")
        for part in (self.others, self.known, self.another):
            part.hide()
        self.add.show()

    def _add(self, *, another_person: bool) -> None:
        self.setEnabled(False)  # until the store has answered: one click, one patient
        self.add_asked.emit(self.facts, another_person, self._entry_id)

    def _known(self) -> None:
        listed = self.others.listed
        if listed is not None:
            self.known_chosen.emit(listed.patient)
            self.accept()
