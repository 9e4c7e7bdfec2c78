"""The page about the patient: six sections, each behind a large button."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.treatment import Visit
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.patient.aftercare_section import AftercareSection
from vein_imaging.viewer.patient.events_section import EventsSection
from vein_imaging.viewer.patient.outcome_section import OutcomeSection
from vein_imaging.viewer.patient.plan_section import PlanSection
from vein_imaging.viewer.patient.screening_section import ScreeningSection
from vein_imaging.viewer.patient.section import PatientSection, said_label
from vein_imaging.viewer.patient.signing_section import SigningSection
from vein_imaging.viewer.print_desk import PrintDesk
from vein_imaging.viewer.qt.record_desk import RecordDesk
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["PatientPage"]

_IN_A_ROW = 3  # buttons, of 500 px


class PatientPage(QWidget):
    """Screening, weight and plan, events, outcome, signature, aftercare.

    Parameters
    ----------
    visit : Visit
    desk : RecordDesk
        Writes, one entry after another, beside the page for injecting.
    window : QWidget
        Parent of the dialogs.
    paper : PrintDesk, optional
        None while practising.
    """

    def __init__(
        self,
        visit: Visit,
        desk: RecordDesk,
        window: QWidget,
        paper: PrintDesk | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(stylesheet())
        self._visit, self._desk, self._window = visit, desk, window
        self.dialog: QDialog | None = None
        """The question that waits for an answer; None where none does."""
        self.said = said_label("total")
        self.said.hide()
        self.screening = ScreeningSection(visit, self._writer(lambda: self.screening))
        self.plan = PlanSection(visit, self._writer(lambda: self.plan))
        self.events = EventsSection(visit, self._writer(lambda: self.events))
        self.outcome = OutcomeSection(visit, self._writer(lambda: self.outcome))
        self.signing = SigningSection(visit, self._writer(lambda: self.signing))
        self.aftercare = AftercareSection(
            visit, self._writer(lambda: self.aftercare), paper
        )
        self.sections: dict[str, PatientSection] = {
            _("Screening"): self.screening,
            _("Weight, plan"): self.plan,
            _("Events"): self.events,
            _("Outcome"): self.outcome,
            _("Sign"): self.signing,
            _("Aftercare"): self.aftercare,
        }
        self.buttons = QButtonGroup(self)
        self._pages, self._feet = QStackedWidget(), QStackedWidget()
        self._feet.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum
        )
        self._lay_out()
        desk.changed.append(self.refresh)

    def show_section(self, section: PatientSection) -> None:
        """Show one of the six."""
        at = list(self.sections.values()).index(section)
        button = self.buttons.button(at)
        if button is not None:
            button.setChecked(True)
        self._pages.setCurrentIndex(at)
        self._feet.setCurrentIndex(at)

    def refresh(self) -> None:
        """Show what the record holds now; what is being typed stays."""
        for section in self.sections.values():
            section.refresh()

    def close_dialog(self) -> None:
        """Take a question off the screen; it counts as not answered."""
        if self.dialog is not None:
            self.dialog.close()

    def _writer(
        self, section: Callable[[], PatientSection]
    ) -> Callable[[Callable[[str], object]], None]:
        return lambda make: self._write(section(), make)

    def _write(self, section: PatientSection, make: Callable[[str], object]) -> None:
        """Write now; in a signed session a reason is asked for first."""
        signs = section is self.signing
        if self._visit.session.is_signed and not signs:
            self._ask_why(lambda reason: self._now(section, lambda: make(reason)))
        else:
            self._now(section, lambda: make(""))

    def _now(self, section: PatientSection, action: Callable[[], object]) -> None:
        self.said.hide()
        if self._desk.write(action) is None:
            return
        section.load()
        self.said.setText(_("It is in the record"))
        if section is self.signing:
            self.said.setText(_("Signed: it is in the record"))
        self.said.show()

    def _ask_why(self, answered: Callable[[str], None]) -> None:
        dialog = ReasonDialog(
            self._window,
            "warn",
            _("THIS SESSION IS SIGNED"),
            (_("What is added now is kept as an amendment to it and needs a reason."),),
            _("Add it as an amendment"),
            self._visit.facts,
        )
        self.dialog = dialog

        def done(result: int) -> None:
            self.dialog = None
            if result == QDialog.DialogCode.Accepted:
                answered(dialog.reason_text)

        dialog.finished.connect(done)
        dialog.open()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        for at, (title, section) in enumerate(self.sections.items()):
            button = QPushButton(title)
            button.setCheckable(True)
            button.setChecked(at == 0)
            self.buttons.addButton(button, at)
            grid.addWidget(button, at // _IN_A_ROW, at % _IN_A_ROW)
            self._pages.addWidget(_scrolled(section))
            self._feet.addWidget(section.foot)
        self.buttons.idClicked.connect(self._pages.setCurrentIndex)
        self.buttons.idClicked.connect(self._feet.setCurrentIndex)
        self.buttons.idClicked.connect(lambda _at: self.said.hide())
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addWidget(self._pages, 1)
        column.addWidget(self.said)
        column.addWidget(self._feet)


def _scrolled(section: PatientSection) -> QScrollArea:
    inside = QWidget()
    inside.setObjectName("panel")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 4, 8, 4)
    column.addWidget(section)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
