"""Adverse events: what happened, how grave it is, what to do and when to look again."""

from __future__ import annotations

from qtpy.QtWidgets import QLineEdit

from vein_imaging.domain.adverse_events import (
    GRADES,
    AdverseEvent,
    adverse_event_kinds,
)
from vein_imaging.report.dates import day_in_words
from vein_imaging.treatment import Visit
from vein_imaging.treatment.as_typed import read_day
from vein_imaging.viewer.patient.section import (
    PatientSection,
    Toggle,
    Write,
    said_label,
)
from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["EventsSection"]

_URGENCY = {
    "emergency": marked("EMERGENCY"),
    "same-day": marked("TODAY"),
    "urgent": marked("URGENT"),
    "review": marked("Look again"),
    "note": marked("Note"),
}


class EventsSection(PatientSection):
    """What is known of the kind is said before it is entered."""

    def __init__(self, visit: Visit, write: Write) -> None:
        super().__init__(visit, write, AdverseEvent.kind, _("Enter this event"))
        self.what = tall_choice(
            _("What happened"),
            [(_(one.name), key) for key, one in adverse_event_kinds().items()],
        )
        self.what.setPlaceholderText(_("What happened"))
        self.known = said_label("total")
        self.advice = said_label()
        self.grade = tall_choice(
            _("How grave"), [(f"{n} {_(words)}", n) for n, words in GRADES.items()]
        )
        self.grade.setPlaceholderText(_("How grave"))
        self.onset = _field(_("Day it began"))
        self.site = _field(_("Area of the body"))
        self.text = _field(_("In words"))
        self.resolved = Toggle(_("It is over today"))
        self.reported = Toggle(_("Reported to the authority"))
        self.listed = said_label()
        for part in (self.what, self.known, self.advice, self.grade):
            self.column.addWidget(part)
        self.column.addWidget(said_label("caption", _("Day it began")))
        for field in (self.onset, self.site, self.text):
            self.column.addWidget(field)
        for box in (self.resolved, self.reported):
            self.column.addWidget(box)
        self.end()
        self.column.insertWidget(0, self.listed)
        for choice in (self.what, self.grade):
            choice.currentIndexChanged.connect(self._changed)
        for field in (self.onset, self.site, self.text):
            field.textChanged.connect(self._changed)
        self.load()
        self.refresh()

    def refresh(self) -> None:
        """List the events of every session of the patient."""
        lines = []
        for session in self.visit.record.sessions.values():
            for one in session.adverse_events:
                kind = adverse_event_kinds()[one.what]
                words = _("{name}, {grade}, since {day}").format(
                    name=_(kind.name),
                    grade=_(GRADES[one.grade]),
                    day=day_in_words(one.onset_on),
                )
                if one.resolved_on is not None:
                    words = _("{words}; over").format(words=words)
                elif one.follow_up_on:
                    again = ", ".join(day_in_words(day) for day in one.follow_up_on)
                    words = _("{words}; look again on {again}").format(
                        words=words, again=again
                    )
                lines.append(words)
        self.listed.setText("\n".join(lines) or _("No event was entered"))

    def load(self) -> None:
        """Empty the fields for the next event."""
        for choice in (self.what, self.grade):
            choice.setCurrentIndex(-1)
        self.onset.setText(self.visit.today.isoformat())
        for field in (self.site, self.text):
            field.clear()
        for box in (self.resolved, self.reported):
            box.setChecked(False)
        self._changed()

    def event_made(self, entry_id: str = "draft") -> AdverseEvent:
        """What is typed, as an event.

        Raises
        ------
        ValueError
            With what is missing, in the person's words.
        """
        if self.what.currentData() is None:
            raise ValueError(_("Choose what happened"))
        if self.grade.currentData() is None:
            raise ValueError(_("Choose how grave it is"))
        onset = read_day(self.onset.text()).day
        if onset > self.visit.today:
            raise ValueError(_("The day it began is not here yet"))
        if self.what.currentData() == "other" and not self.text.text().strip():
            raise ValueError(_("Say in words what the other event is"))
        return AdverseEvent(
            entry_id=entry_id,
            what=self.what.currentData(),
            onset_on=onset,
            grade=self.grade.currentData(),
            site=self.site.text().strip() or None,
            resolved_on=self.visit.today if self.resolved.isChecked() else None,
            reported=self.reported.isChecked(),
            text=self.text.text().strip(),
        )

    def enter(self) -> None:
        """Enter the event."""
        made = self.event_made(self.visit.log.new_id())
        self.write(lambda reason: self.visit.report_event(made, reason=reason))

    def _changed(self, *_changed: object) -> None:
        kind = adverse_event_kinds().get(self.what.currentData() or "")
        if kind is not None:
            self.known.setText(f"{_(_URGENCY[kind.urgency])}: {_(kind.action)}")
            first, last = kind.onset_days
            self.advice.setText(
                _(
                    "Usually {first} to {last} days after the treatment. How often, as "
                    "published: {rate}. Source: {source}"
                ).format(first=first, last=last, rate=kind.rate, source=kind.source)
            )
        for label in (self.known, self.advice):
            label.setVisible(kind is not None)
        try:
            self.event_made()
        except ValueError as error:
            self.judge(str(error))
        else:
            self.judge()


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(name)
    return field
