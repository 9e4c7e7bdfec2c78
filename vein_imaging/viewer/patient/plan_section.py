"""Weight, and the plan of sessions with what was done and what is due."""

from __future__ import annotations

from qtpy.QtWidgets import QLineEdit

from vein_imaging.domain.moments import local_date
from vein_imaging.report.dates import day_in_words
from vein_imaging.treatment import Visit
from vein_imaging.treatment.typed_injection import EntryError, EntryText, read_weight
from vein_imaging.viewer.patient.section import PatientSection, Write, said_label
from vein_imaging.words import translate as _

__all__ = ["PlanSection"]


class PlanSection(PatientSection):
    """The weight is entered; the plan follows from the record and is only shown."""

    def __init__(self, visit: Visit, write: Write) -> None:
        super().__init__(visit, write, "weighed", _("Enter this weight"))
        self.due = said_label("total")
        self.sessions = said_label()
        self.weights = said_label("caption")
        self.kg = QLineEdit()
        self.kg.setAccessibleName(_("The patient's weight in kg, today"))
        self.kg.setPlaceholderText(_("Weight in kg, as measured just now"))
        self.column.addWidget(said_label("total", _("Plan")))
        for part in (self.due, self.sessions):
            self.column.addWidget(part)
        self.column.addWidget(said_label("total", _("Weight")))
        self.column.addWidget(self.weights)
        self.column.addWidget(self.kg)
        self.end()
        self.kg.textChanged.connect(self._changed)
        self.refresh()
        self._changed()

    def refresh(self) -> None:
        """Show the plan and the last weights."""
        visit, due = self.visit, self.visit.next_appointment
        if due is None:
            self.due.setText(_("All sessions of the plan are done"))
        else:
            said = _("Session {number} is due on {day}")
            if due.planned_on < visit.today:
                said = _("Session {number} was due on {day}: OVERDUE")
            self.due.setText(
                said.format(number=due.number, day=day_in_words(due.planned_on))
            )
        self.sessions.setText("\n".join(self._listed()))
        weighed = visit.log.weighed
        said = _("No weight was entered yet")
        if weighed is not None:
            said = _("{kg} on {day}").format(
                kg=weighed.weight,
                day=day_in_words(local_date(weighed.at, visit.rules.zone)),
            )
        self.weights.setText(said)

    def _listed(self) -> list[str]:
        visit = self.visit
        done, plan = list(visit.treated_on), visit.plan
        lines = [
            _("Session {number}: done on {day}").format(
                number=number, day=day_in_words(day)
            )
            for number, day in enumerate(done, start=1)
        ]
        ahead = list(done)
        while (due := plan.next_due(ahead)) is not None:
            said = _("Session {number}: planned for {day}")
            if due.earliest_on not in (due.planned_on, visit.today):
                said = _("Session {number}: planned for {day}, not before {earliest}")
            lines.append(
                said.format(
                    number=due.number,
                    day=day_in_words(due.planned_on),
                    earliest=day_in_words(due.earliest_on),
                )
            )
            ahead.append(due.planned_on)
        return lines

    def _changed(self, *_changed: object) -> None:
        if not self.kg.text().strip():
            self.judge(_("Type the weight"))
            return
        try:
            read_weight(EntryText(weight_kg=self.kg.text()))
        except EntryError as error:
            self.judge(str(error))
            return
        self.judge()

    def enter(self) -> None:
        """Enter the weight as of now."""
        weight = read_weight(EntryText(weight_kg=self.kg.text()))
        assert weight is not None  # the button is off without one

        def make(reason: str) -> object:
            return self.visit.weigh(weight, reason=reason)

        self.write(make)

    def load(self) -> None:
        """Empty the field: what was typed is in the record."""
        self.kg.clear()
