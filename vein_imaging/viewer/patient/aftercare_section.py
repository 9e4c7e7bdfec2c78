"""Aftercare with its dates, and what is printed or saved for the patient."""

from __future__ import annotations

from qtpy.QtGui import QAction
from qtpy.QtWidgets import QPushButton

from vein_imaging.report.dates import day_in_words
from vein_imaging.treatment import RecordError, Visit
from vein_imaging.viewer.patient.section import (
    PatientSection,
    Toggle,
    Write,
    said_label,
)
from vein_imaging.viewer.print_desk import PrintDesk
from vein_imaging.words import translate as _

__all__ = ["AftercareSection"]


class AftercareSection(PatientSection):
    """What the patient is asked to do, by date; nothing is written here.

    Parameters
    ----------
    visit : Visit
    write : Write
    paper : PrintDesk, optional
        Saves; None while practising.
    """

    def __init__(self, visit: Visit, write: Write, paper: PrintDesk | None) -> None:
        super().__init__(visit, write, "opened", _("Nothing is entered here"))
        self.save.hide()
        self.next = said_label("total")
        self.lines = said_label()
        self.column.addWidget(self.next)
        self.papers: list[QPushButton] = []
        for action in [] if paper is None else paper.menu.actions():
            if not action.text():
                continue  # a line between two of them
            button = _button_of(action)
            self.papers.append(button)
            self.column.addWidget(button)
        self.column.addWidget(self.lines)
        self.end()
        self.why.setText(_("While practising nothing is saved"))
        self.why.setVisible(paper is None)
        self.refresh()

    def enter(self) -> None:
        """Nothing is written here."""

    def load(self) -> None:
        """Nothing is typed here."""

    def refresh(self) -> None:
        """Show the dates after the last treatment, and the next session."""
        due = self.visit.next_appointment
        said = _("All sessions of the plan are done")
        if due is not None:
            said = _("Next session: {day}").format(day=day_in_words(due.planned_on))
        self.next.setText(said)
        try:
            care = self.visit.aftercare()
        except RecordError:
            self.lines.setText(_("Nothing was injected yet: there is no aftercare"))
            care = ()
        lines = []
        for one in care:
            until = _("no end")
            if one.until_on is not None:
                until = day_in_words(one.until_on, year=False)
            said = _("{first} to {until}: {text}")
            if one.until_on == one.from_on:
                said = _("{first}: {text}")
            lines.append(
                said.format(
                    first=day_in_words(one.from_on, year=False),
                    until=until,
                    text=one.filled(_(one.text)),
                )
            )
        if lines:
            self.lines.setText("\n\n".join(lines))


def _button_of(action: QAction) -> QPushButton:
    """A button that does what the menu's line does, or is what it is."""
    if not action.isCheckable():
        button = QPushButton(action.text())
        button.setAutoDefault(False)
        button.clicked.connect(action.trigger)
        return button
    toggle = Toggle(action.text())
    toggle.setChecked(action.isChecked())
    toggle.toggled.connect(action.setChecked)
    action.toggled.connect(toggle.setChecked)
    return toggle
