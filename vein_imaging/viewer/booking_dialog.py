"""Asks for the next appointment's day and time; what cannot be is said as typed."""

from __future__ import annotations

from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from vein_imaging.treatment import Visit
from vein_imaging.treatment.on_paper.take_home import (
    Booking,
    planned_appointments,
    read_booking,
)
from vein_imaging.viewer.qt.patient_dialog import PatientDialog
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.words import translate as _

__all__ = ["BookingDialog"]

_USUAL_TIME = "10:00"


class BookingDialog(PatientDialog):
    """Day and time, the planned day proposed.

    Parameters
    ----------
    parent : QWidget
    visit : Visit
        Whose plan it is.
    """

    def __init__(self, parent: QWidget, visit: Visit) -> None:
        super().__init__(parent, _("Next appointment"), visit.facts)
        self._visit = visit
        heading = QLabel(_("Next appointment"))
        heading.setProperty("role", "total")
        self.day, self.time = QLineEdit(), QLineEdit(_USUAL_TIME)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.go_on = QPushButton(_("Go on"))
        self.cancel = QPushButton(_("Cancel"))
        rows = QFormLayout()
        for caption, field, example in (
            (_("Day"), self.day, "2027-01-20"),
            (_("Time"), self.time, "10:30"),
        ):
            field.setAccessibleName(caption)
            field.setPlaceholderText(example)
            field.textChanged.connect(self._judge)
            rows.addRow(caption, field)
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        self.column.addWidget(heading)
        self.column.addLayout(rows)
        self.column.addWidget(self.problem)
        self.column.addLayout(buttons)
        self.cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)
        self.go_on.setDefault(True)
        self.day.setText(self._planned())
        self._judge()

    @property
    def booking(self) -> Booking:
        """What was typed.

        Raises
        ------
        ValueError
            If it is no day, or no time.
        """
        return read_booking(self.time.text().strip(), self.day.text().strip())

    def _planned(self) -> str:
        try:
            ahead = planned_appointments(self._visit)
        except ValueError:
            return ""  # the planned day is over: another one is typed
        return ahead[0].planned_on.isoformat() if ahead else ""

    def _judge(self) -> None:
        why = ""
        try:
            if not self.day.text().strip():
                why = _("No day is planned: type one, as in 2027-01-20.")
            else:
                planned_appointments(self._visit, self.booking)
        except ValueError as error:
            why = str(error)
        self.problem.setText(why)
        set_look(self.day, "wrong", "true" if why else "false")
        self.go_on.setEnabled(not why)
