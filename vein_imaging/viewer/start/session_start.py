"""Begin or go on with the chosen patient's session: a large button says which."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.viewer.qt.one_line import OneLine
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.viewer.start.listed_words import ListedPatient
from vein_imaging.words import translate as _

__all__ = ["SessionStart"]


class SessionStart(QFrame):
    """Names the patient who was chosen, and what the buttons do with the record.

    Parameters
    ----------
    needle : str
        As entered last time.

    Signals
    -------
    start_asked(PatientRecord)
        Today's session, begun where there is none.
    open_asked(PatientRecord, session id)
        That session.
    """

    start_asked = Signal(object)
    open_asked = Signal(object, str)

    def __init__(self, needle: str = "") -> None:
        super().__init__()
        self.setObjectName("box")
        self._listed: ListedPatient | None = None
        self.name = OneLine(_("Choose a patient"), "patient")
        self.who = QLabel()
        self.who.setProperty("role", "caption")
        self.who.setWordWrap(True)
        self.stop = QLabel()
        self.stop.setProperty("state", "bad")
        self.stop.setProperty("crowded", "true")
        self.stop.setTextFormat(Qt.TextFormat.PlainText)
        self.stop.setWordWrap(True)
        self.stop.setMargin(6)
        self.needle = QLineEdit(needle)
        self.needle.setAccessibleName(_("Needle"))
        self.needle.setPlaceholderText(_("as in 30 G"))
        self.kit = tall_choice(
            _("Resuscitation kit"),
            [
                (_("nobody has looked"), None),
                (_("is at hand"), True),
                (_("is NOT at hand"), False),
            ],
        )
        self.kit.setCurrentIndex(0)
        self.go_on = QPushButton(_("Start today's session"))
        self.go_on.setObjectName("main")
        self.other = QPushButton()
        self.other.hide()
        self.asked = QWidget()
        rows = QFormLayout(self.asked)
        rows.setContentsMargins(0, 0, 0, 0)
        for words, field in (
            (_("Needle"), self.needle),
            (_("Resuscitation kit"), self.kit),
        ):
            label = QLabel(words)
            label.setProperty("role", "caption")
            label.setMinimumHeight(TARGET_PX)
            rows.addRow(label, field)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        parts = (self.name, self.stop, self.who, self.asked, self.go_on, self.other)
        for part in parts:
            column.addWidget(part)
        self.go_on.clicked.connect(self.take)
        self.other.clicked.connect(self._start)
        self.show_patient(None)

    @property
    def resuscitation_kit(self) -> bool | None:
        """Whether it is at hand; None where nobody has looked."""
        at_hand: bool | None = self.kit.currentData()
        return at_hand

    def show_patient(self, listed: ListedPatient | None) -> None:
        """Offer what can be done with this patient's record."""
        self._listed = listed
        self.go_on.setEnabled(listed is not None)
        self.name.setText(_("Choose a patient") if listed is None else listed.name)
        stop = "" if listed is None else listed.stop
        self.stop.setText(stop)
        self.stop.setVisible(bool(stop))
        parts = () if listed is None else (listed.person, listed.why)
        self.who.setText("\n".join(part for part in parts if part))
        row = None if listed is None else listed.row
        words = {
            "open": _("Go on with today's session"),
            "unsigned": _("Open that session, to sign it"),
            "signed": _("Open the signed session"),
        }
        begun = row is not None and bool(row.session_id)
        start = _("Start today's session")
        self.go_on.setText(words[row.listed] if row is not None and begun else start)
        self.other.setText(start)
        self.other.setVisible(begun and row is not None and row.listed != "open")
        self.asked.setVisible(not begun or self.other.isVisibleTo(self))

    def take(self) -> None:
        """Do what the large button says."""
        if self._listed is None:
            return
        row = self._listed.row
        if row is not None and row.session_id:
            self.open_asked.emit(self._listed.patient, row.session_id)
        else:
            self._start()

    def _start(self) -> None:
        if self._listed is not None:
            self.start_asked.emit(self._listed.patient)
