"""Whom to see today: the list, a search as it is typed, the camera, and the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_devices.listing import Listing
from vein_devices.supervision.doctor import list_all
from vein_imaging.treatment import PatientRecord, WorklistRow
from vein_imaging.viewer.qt.one_line import OneLine
from vein_imaging.viewer.start.camera_choice import CameraChoice
from vein_imaging.viewer.start.listed_words import found_patient, listed_patient
from vein_imaging.viewer.start.patient_list import PatientList
from vein_imaging.viewer.start.session_start import SessionStart
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["TodayPage"]

_TYPING_MS = 300
"""A pause in typing: each search is written into the log, half a name is none."""
_BESIDE_PX = 440  # a thumbnail with its frame; the rest is the list's
_LEAST_LETTERS = 2  # one letter finds half of the clinic
_MOST_SHOWN = 100  # nobody reads further; another letter is typed sooner


class TodayPage(QWidget):
    """What a signed-in person begins from.

    Parameters
    ----------
    user, clinic : str
        Who signed in, and whose limits hold.
    camera, needle : str
        As remembered.
    devices : callable
        Lists what is plugged in.

    Signals
    -------
    search_asked(str)
        Empty for the list of today.
    new_patient_asked(str)
        With what was typed into the search.
    practise_asked(), sign_out_asked()
    """

    search_asked = Signal(str)
    new_patient_asked = Signal(str)
    practise_asked = Signal()
    sign_out_asked = Signal()

    def __init__(
        self,
        user: str,
        clinic: str,
        *,
        camera: str = "",
        needle: str = "",
        devices: Callable[[], Sequence[Listing]] = list_all,
    ) -> None:
        super().__init__()
        self.user = OneLine(user, "patient")
        self.clinic = OneLine(clinic, "caption", least_px=300)
        self.practise = QPushButton(_("Just look, or practise"))
        self.sign_out = QPushButton(_("Sign out"))
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        self.warning.setProperty("state", "bad")
        self.warning.setProperty("crowded", "true")
        self.warning.setMargin(8)
        self.warning.hide()
        self.search = QLineEdit()
        self.search.setAccessibleName(_("Search a patient"))
        self.search.setPlaceholderText(_("Search: name, number or birth date"))
        self.search.setClearButtonEnabled(True)
        self.new_patient = QPushButton(_("New patient\N{HORIZONTAL ELLIPSIS}"))
        self.heading = QLabel()
        self.heading.setProperty("role", "total")
        self.patients = PatientList()
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setProperty("role", "problem")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.camera = CameraChoice(camera, devices=devices)
        self.start = SessionStart(needle)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        who = QVBoxLayout()
        who.setSpacing(0)
        who.addWidget(self.user)
        who.addWidget(self.clinic)
        top.addLayout(who)
        top.addStretch(1)
        top.addWidget(self.practise)
        top.addWidget(self.sign_out)
        find = QHBoxLayout()
        find.addWidget(self.search, 1)
        find.addWidget(self.new_patient)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(find)
        left.addWidget(self.heading)
        left.addWidget(self.state)
        left.addWidget(self.patients, 1)
        beside = QWidget()
        beside.setFixedWidth(_BESIDE_PX)
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(self.start)
        right.addWidget(self.camera, 20)
        right.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(left, 1)
        below.addWidget(beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.warning)
        column.addLayout(below, 1)

    def _wire(self) -> None:
        self.search.textChanged.connect(lambda _t: self._typing.start(_TYPING_MS))
        self.search.returnPressed.connect(self._search_now)
        self._typing.timeout.connect(self.ask)
        self.new_patient.clicked.connect(
            lambda: self.new_patient_asked.emit(self.typed)
        )
        self.patients.chosen.connect(self.start.show_patient)
        self.patients.taken.connect(lambda _one: self.start.take())
        self.practise.clicked.connect(self.practise_asked)
        self.sign_out.clicked.connect(self.sign_out_asked)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.search.setFocus)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._into_list)

    @property
    def typed(self) -> str:
        """What is searched for."""
        return " ".join(self.search.text().split())

    def ask(self) -> None:
        """Ask for the list of today, or for who is searched."""
        self._typing.stop()
        if len(self.typed) == 0 or len(self.typed) >= _LEAST_LETTERS:
            self.search_asked.emit(self.typed)

    def show_today(self, rows: Sequence[WorklistRow]) -> None:
        """Show whom to see today."""
        told = plural("Today: {count} patient", "Today: {count} patients", len(rows))
        self.heading.setText(
            told.format(count=len(rows))
            if rows
            else _("Nobody is due within a week, and no session is open")
        )
        self.patients.show_patients([listed_patient(row) for row in rows])
        if self.patients.listed is None and rows and rows[0].listed == "open":
            # what was begun and not finished is gone on with first, as after a crash
            self.patients.setCurrentRow(0)

    def show_found(self, found: Sequence[PatientRecord]) -> None:
        """Show who was found."""
        told = plural("Found: {count} patient", "Found: {count} patients", len(found))
        words = told.format(count=len(found)) if found else _("Nobody is called so")
        if len(found) > _MOST_SHOWN:
            words += " \N{EM DASH} " + _("type more to see fewer")
        self.heading.setText(words)
        self.patients.show_patients([found_patient(one) for one in found[:_MOST_SHOWN]])
        if len(found) == 1:
            self.patients.setCurrentRow(0)

    def say(self, problem: str) -> None:
        """Say why there is no list; empty where there is one."""
        self.state.setText(problem)
        self.state.setVisible(bool(problem))

    def warn(self, warnings: Sequence[str]) -> None:
        """Say what speaks against the store."""
        self.warning.setText("\n".join(warnings))
        self.warning.setVisible(bool(warnings))

    def _search_now(self) -> None:
        if self._typing.isActive():
            self.ask()
        elif self.patients.listed is not None:
            self.start.take()

    def _into_list(self) -> None:
        self.patients.setFocus()
        if self.patients.listed is None and self.patients.count():
            self.patients.setCurrentRow(0)
