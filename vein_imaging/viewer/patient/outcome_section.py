"""How the last treatment turned out: scores, and no result before eight weeks."""

from __future__ import annotations

from decimal import Decimal

from qtpy.QtWidgets import QLineEdit

from vein_imaging.domain.outcome import (
    PHOTOGRAPH_SCORES,
    SATISFACTION,
    Scored,
    assessable_on,
    quartile_cleared,
)
from vein_imaging.report.dates import day_in_words
from vein_imaging.treatment import Visit
from vein_imaging.treatment.as_typed import read_quantity
from vein_imaging.viewer.patient.section import (
    PatientSection,
    Toggle,
    Write,
    said_label,
)
from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.words import translate as _

__all__ = ["OutcomeSection"]


class OutcomeSection(PatientSection):
    """At least one of three scores."""

    def __init__(self, visit: Visit, write: Write) -> None:
        super().__init__(visit, write, Scored.kind, _("Enter this score"))
        self.about = said_label("total")
        self.listed = said_label()
        not_scored = (_("not scored"), None)
        self.photograph = tall_choice(
            _("By the photographs"),
            [not_scored, *((f"{n} {_(w)}", n) for n, w in PHOTOGRAPH_SCORES.items())],
        )
        self.satisfaction = tall_choice(
            _("The patient's satisfaction"),
            [not_scored, *((f"{n} {_(w)}", n) for n, w in SATISFACTION.items())],
        )
        self.cleared = QLineEdit()
        self.cleared.setAccessibleName(_("Vessel length cleared, in per cent"))
        self.cleared.setPlaceholderText(_("Vessel length cleared, in per cent"))
        self.blinded = Toggle(_("Scored without knowing which picture came first"))
        self.column.addWidget(self.about)
        self.column.addWidget(self.listed)
        for caption, part in (
            (_("By the photographs"), self.photograph),
            (_("The patient's satisfaction"), self.satisfaction),
            (_("Vessel length cleared"), self.cleared),
        ):
            self.column.addWidget(said_label("caption", caption))
            self.column.addWidget(part)
        self.column.addWidget(self.blinded)
        self.end()
        for choice in (self.photograph, self.satisfaction):
            choice.currentIndexChanged.connect(self._changed)
        self.cleared.textChanged.connect(self._changed)
        self.load()
        self.refresh()

    def refresh(self) -> None:
        """Say which treatment is scored, and what was scored before."""
        before = [day for day in self.visit.treated_on if day < self.visit.today]
        treated = before or list(self.visit.treated_on)
        if not treated:
            self.about.setText(_("Nothing was injected yet: there is no outcome"))
        else:
            first = assessable_on(treated[-1])
            said = _("Of the treatment on {day}")
            if self.visit.today < first:
                said = _(
                    "Of the treatment on {day}: NOT YET ASSESSABLE before {first}; a "
                    "score is kept, and is no result"
                )
            self.about.setText(
                said.format(day=day_in_words(treated[-1]), first=day_in_words(first))
            )
        self.listed.setText("\n".join(self._scores()))
        self.listed.setVisible(bool(self._scores()))
        self._changed()

    def _scores(self) -> list[str]:
        lines = []
        for session in self.visit.record.sessions.values():
            for one in session.scores:
                parts = []
                if one.photograph is not None:
                    parts.append(_(PHOTOGRAPH_SCORES[one.photograph]))
                if one.satisfaction is not None:
                    parts.append(_(SATISFACTION[one.satisfaction]))
                if one.cleared_percent is not None:
                    parts.append(_("{n} % cleared").format(n=one.cleared_percent))
                if not one.assessable:
                    parts.append(_("too early to be a result"))
                lines.append(
                    _("{day}, {who}: {scores}").format(
                        day=day_in_words(one.scored_on),
                        who=one.scorer,
                        scores=", ".join(parts),
                    )
                )
        return lines

    def load(self) -> None:
        """Empty the fields for the next score."""
        for choice in (self.photograph, self.satisfaction):
            choice.setCurrentIndex(0)
        self.cleared.clear()
        self.blinded.setChecked(False)

    def _percent(self) -> Decimal | None:
        if not self.cleared.text().strip():
            return None
        percent = read_quantity(self.cleared.text(), "%")
        try:
            quartile_cleared(percent)
        except ValueError:
            raise ValueError(_("Cleared: 0 to 100 % can be entered")) from None
        return percent

    def enter(self) -> None:
        """Enter the score as of today."""
        photograph = self.photograph.currentData()
        satisfaction = self.satisfaction.currentData()
        cleared, blinded = self._percent(), self.blinded.isChecked()
        self.write(
            lambda reason: self.visit.score(
                photograph=photograph,
                cleared_percent=cleared,
                satisfaction=satisfaction,
                blinded=blinded,
                reason=reason,
            )
        )

    def _changed(self, *_changed: object) -> None:
        if not self.visit.treated_on:
            self.judge(_("Nothing was injected yet: there is no outcome to score"))
            return
        try:
            percent = self._percent()
        except ValueError as error:
            self.judge(str(error))
            return
        scores = self.photograph.currentData(), self.satisfaction.currentData(), percent
        nothing = all(score is None for score in scores)
        self.judge(_("Nothing is scored yet") if nothing else "")
