"""Screening: every question of the table, findings, consents and the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal, cast

from qtpy.QtWidgets import QGridLayout, QLineEdit, QPushButton

from vein_imaging.domain.ceap import CEAP_CLASSES
from vein_imaging.domain.screening import Answer, Doppler, Screening, screening_table
from vein_imaging.treatment import Visit
from vein_imaging.treatment.as_typed import read_day
from vein_imaging.treatment.screening_check import screening_findings
from vein_imaging.viewer.patient.question import Question
from vein_imaging.viewer.patient.section import (
    OneOf,
    PatientSection,
    Toggle,
    Write,
    said_label,
)
from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["ScreeningSection"]

_CONSENTS = (
    ("consent_treatment", marked("Consent to the treatment")),
    ("consent_foam", marked("Consent to foam")),
    ("consent_photographs", marked("Consent to photographs")),
    ("consent_marketing", marked("Consent to pictures being shown to others")),
)


class ScreeningSection(PatientSection):
    """Filled in as last entered; what forbids is said while it is answered."""

    def __init__(self, visit: Visit, write: Write) -> None:
        super().__init__(visit, write, "screened", _("Enter this screening"))
        self._held = visit.screening
        self._as_loaded = self._held
        self._overtaken = False
        self.result = said_label("total")
        self.details = said_label()
        self.below.addWidget(self.result)
        self.column.addWidget(self.details)
        self.others_no = QPushButton(_("All open questions: no"))
        self.others_no.setAutoDefault(False)
        self.others_no.clicked.connect(self._answer_open_no)
        self.questions = {
            key: Question(one, visit.rules.table.region)
            for key, one in screening_table().conditions.items()
        }
        self._add_examination()
        self._add_decision()
        self.column.addWidget(said_label("total", _("Questions")))
        self.column.addWidget(self.others_no)
        for question in self.questions.values():
            question.changed.connect(self._changed)
            self.column.addWidget(question)
        self.end()
        self.load()

    def _add_examination(self) -> None:
        self.doppler = OneOf(
            _("Doppler or duplex"),
            [(_("not done"), None), (_("normal"), "normal"), (_("reflux"), "reflux")],
        )
        self.doppler_on = QLineEdit()
        self.doppler_on.setAccessibleName(_("Day of the Doppler"))
        classes = [(_("not known"), None), *((one, one) for one in CEAP_CLASSES)]
        self.ceap = {
            leg: tall_choice(name, classes)
            for leg, name in (
                ("ceap_left", _("CEAP class of the left leg")),
                ("ceap_right", _("CEAP class of the right leg")),
            )
        }
        self.consents = {name: Toggle(_(words)) for name, words in _CONSENTS}
        grid = QGridLayout()
        grid.addWidget(said_label("caption", _("Doppler or duplex")), 0, 0, 1, 2)
        grid.addWidget(self.doppler, 1, 0)
        grid.addWidget(self.doppler_on, 1, 1)
        grid.addWidget(said_label("caption", _("CEAP, left leg")), 2, 0)
        grid.addWidget(said_label("caption", _("CEAP, right leg")), 2, 1)
        grid.addWidget(self.ceap["ceap_left"], 3, 0)
        grid.addWidget(self.ceap["ceap_right"], 3, 1)
        self.column.addLayout(grid)
        for box in self.consents.values():
            box.toggled.connect(self._changed)
            self.column.addWidget(box)
        self.doppler.changed.connect(self._changed)
        self.doppler_on.textChanged.connect(self._changed)
        for choice in self.ceap.values():
            choice.currentIndexChanged.connect(self._changed)

    def _add_decision(self) -> None:
        self.suitable = OneOf(
            _("Suitable for this treatment"),
            [
                (_("not decided"), None),
                (_("suitable"), True),
                (_("not suitable"), False),
            ],
        )
        self.because = QLineEdit()
        self.because.setAccessibleName(_("Reason of the decision"))
        self.because.setPlaceholderText(_("Reason of the decision"))
        self.column.addWidget(said_label("caption", _("Decision")))
        self.column.addWidget(self.suitable)
        self.column.addWidget(self.because)
        self.suitable.changed.connect(self._changed)
        self.because.textChanged.connect(self._changed)

    def load(self) -> None:
        """Fill in what was entered last; what every session asks is open again."""
        self._held = self.visit.screening
        held = self.visit.screening_to_ask
        self._overtaken = False
        given = dict(held.answers)
        for key, question in self.questions.items():
            question.choose(given.get(key))
        self.doppler.choose(held.doppler.result if held.doppler else None)
        done_on = held.doppler.done_on if held.doppler else self.visit.today
        self.doppler_on.setText(done_on.isoformat())
        for leg, choice in self.ceap.items():
            choice.setCurrentIndex(max(0, choice.findData(getattr(held, leg))))
        for name, box in self.consents.items():
            box.setChecked(getattr(held, name))
        self.suitable.choose(held.suitable)
        self.because.setText(held.reason)
        self._as_loaded = self._draft()
        self._changed()

    def screening(self) -> Screening:
        """What is answered, as it would be entered.

        Raises
        ------
        ValueError
            With what is missing, in the person's words.
        """
        if self.doppler.value is not None and self._doppler_day() > self.visit.today:
            raise ValueError(_("The Doppler's day is not here yet"))
        if self.suitable.value is not None and not self.because.text().strip():
            raise ValueError(_("A decision needs its reason"))
        return self._draft()

    def _doppler_day(self) -> date:
        return read_day(self.doppler_on.text()).day

    def _draft(self) -> Screening:
        """What is answered; what cannot be entered as it is counts as open."""
        answers = tuple(
            (key, cast(Answer, question.answer))
            for key, question in self.questions.items()
            if question.answer is not None
        )
        because = self.because.text().strip()
        held = self._held
        made = replace(
            held,
            answers=answers,
            doppler=self._doppler(),
            ceap_left=self.ceap["ceap_left"].currentData(),
            ceap_right=self.ceap["ceap_right"].currentData(),
            suitable=cast(bool | None, self.suitable.value) if because else None,
            reason=because,
        )
        agreed = {name: box.isChecked() for name, box in self.consents.items()}
        if made.suitable != held.suitable:
            made = replace(made, decided_by="")
        return replace(made, **agreed)  # type: ignore[arg-type]  # each by its name

    def _doppler(self) -> Doppler | None:
        if self.doppler.value is None:
            return None
        try:
            done_on = self._doppler_day()
        except ValueError:
            return None
        held = self._held.doppler
        same = held is not None and held.done_on == done_on
        by = held.done_by if held is not None and same else self.visit.author
        result = cast(Literal["normal", "reflux"], self.doppler.value)
        return Doppler(result=result, done_on=done_on, done_by=by)

    def enter(self) -> None:
        """Enter it as of today."""
        made = self.screening()
        self.write(lambda reason: self.visit.screen(made, reason=reason))

    def refresh(self) -> None:
        """Take up what another window has entered, unless this one was changed."""
        if self.visit.screening == self._held:
            return
        if self._draft() == self._as_loaded:
            self.load()
        else:
            self._overtaken = True
            self._changed()

    def _answer_open_no(self) -> None:
        for question in self.questions.values():
            if question.answer is None:
                question.choose("no")
        self._changed()

    def _changed(self, *_changed: object) -> None:
        self._say(self._draft())  # also where it cannot be entered yet
        try:
            self.screening()
        except ValueError as error:
            self.judge(str(error))
            return
        self.judge()
        if self._overtaken:
            self.why.setText(
                _(
                    "Another window has entered a screening meanwhile: what you enter "
                    "here takes its place"
                )
            )
            self.why.show()

    def _say(self, made: Screening) -> None:
        found = screening_findings(self.visit, made)
        stops = [one for one in found if one.finding.severity == "stop"]
        general = [one for one in stops if not one.only_with]
        count = len(found) - len(stops)
        if general:
            self.result.setText(_("FORBIDS TREATMENT"))
        elif stops:
            self.result.setText(_("FORBIDS SOME TREATMENTS"))
        elif count:
            said = plural("{n} thing to look at", "{n} things to look at", count)
            self.result.setText(said.format(n=count))
        else:
            self.result.setText(_("No answer is a stop or a warning"))
        lines = []
        for one in found:
            words = one.finding.message
            if one.only_with:
                words = _("With {what}: {words}").format(
                    what=_(one.only_with), words=words
                )
            mark = _("STOP") if one.finding.severity == "stop" else _("Warning")
            lines.append(f"{mark} \N{EM DASH} {words}")
        self.details.setText("\n".join(lines))
        self.details.setVisible(bool(lines))
