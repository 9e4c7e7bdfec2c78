"""The line on top of the window: whose leg, which session, who works, what devices."""

from __future__ import annotations

from typing import Literal

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from vein_imaging.domain.plain_text import plain_text
from vein_imaging.treatment import VisitFacts
from vein_imaging.viewer.qt.one_line import OneLine
from vein_imaging.viewer.qt.patient_line import (
    born_in_words,
    said_first,
    session_in_words,
)
from vein_imaging.viewer.qt.style import set_look, stylesheet
from vein_imaging.words import translate as _

__all__ = ["Header"]

_HEIGHT_PX = 64  # a name in large letters and a line below it
_BAND_PX = 36  # one line in large letters


class Header(QWidget):
    """Always there, always large: nobody injects into the wrong record.

    `show_visit` and `show_devices` fill it; before that it says that nothing is known.

    Signals
    -------
    close_asked()
        The person is done with this session.
    """

    close_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(stylesheet())
        self.setAccessibleName(_("Patient, session and devices"))
        # Where there is no room for all, a long name and the user give way first.
        self.patient = OneLine("", "patient", least_px=150)
        self.born = OneLine("", "caption", least_px=202)
        self.session = OneLine("", "total", least_px=150)
        self.day = OneLine("", "caption")
        self.user = OneLine("", "total", least_px=90)
        self.region = OneLine("", "caption", least_px=90)
        self.camera = OneLine(_("none"), "total", least_px=190)
        self.calibration = OneLine(_("none"), "total", least_px=224)
        self.light = OneLine(_("none"), "total", least_px=160)
        self.close_button = QPushButton(_("Close"))
        self.close_button.setToolTip(_("Close this session and go back to the list"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.close_asked)
        self.band = OneLine("", "total")
        self.band.setProperty("state", "bad")
        self.band.setContentsMargins(12, 0, 12, 0)
        self.band.setFixedHeight(_BAND_PX)
        named = QWidget()
        named.setFixedHeight(_HEIGHT_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(named)
        column.addWidget(self.band)
        self._say_first("")
        row = QHBoxLayout(named)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(18)
        row.addLayout(_stacked(self.patient, self.born))
        row.addLayout(_stacked(self.session, self.day))
        row.addLayout(_stacked(self.user, self.region))
        row.addStretch(1)
        row.addWidget(_line())
        for words, what in (
            (self.camera, _("Camera")),
            (self.calibration, _("Calibration")),
            (self.light, _("Light")),
        ):
            words.setAccessibleName(what)
            row.addLayout(_stacked(words, OneLine(what, "caption")))
        row.addWidget(self.close_button)

    def show_visit(self, facts: VisitFacts) -> None:
        """Name patient, session, user and region, in large letters.

        Parameters
        ----------
        facts : VisitFacts
            With `practice`, no name stands here and the whole line has another colour.
        """
        set_look(self, "practice", "true" if facts.practice else "false")
        if facts.practice:
            self.patient.setText(_("PRACTICE"))
            self.born.setText(_("no patient, nothing is kept"))
            self.session.setText("")
            self.day.setText("")
            self.user.setText("")
        else:
            self.patient.setText(plain_text(facts.name) or _("no name"))
            number = _("no. {number}").format(number=plain_text(facts.number))
            told = [born_in_words(facts), *([number] if facts.number else [])]
            self.born.setText("  \N{MIDDLE DOT}  ".join(told))
            self.session.setText(session_in_words(facts))
            self.day.setText(facts.started_on.isoformat())
            self.user.setText(facts.user)
        self._say_first("" if facts.practice else said_first(facts))
        self.region.setText(_("limits of {region}").format(region=facts.region))
        for label, what in (
            (self.patient, _("Patient")),
            (self.session, _("Session")),
            (self.user, _("User")),
        ):
            label.setAccessibleName(f"{what}: {label.text()}")

    def _say_first(self, words: str) -> None:
        """Say under the names, on every page, what must be known before a needle."""
        self.band.setText(words)
        self.band.setAccessibleName(words)
        self.band.setVisible(bool(words))
        self.setFixedHeight(_HEIGHT_PX + (_BAND_PX if words else 0))

    def show_devices(
        self,
        camera: str,
        calibration: str,
        light: str,
        *,
        kind: Literal["live", "frozen", "waiting", "bad"] = "waiting",
    ) -> None:
        """Say what camera, calibration and light are just now.

        Parameters
        ----------
        camera : str
            Its state and the age of the picture, as ``LIVE 0.1 s``.
        calibration : str
            As ``0.082 mm/px to 1.1 %``, or that there is none.
        light : str
            Its channel and level, or that there is none.
        kind : "live", "frozen", "waiting" or "bad"
            Of the camera: chooses the colour; the words say the same.
        """
        set_look(self.camera, "state", kind)
        for label, words, what in (
            (self.camera, camera, _("Camera")),
            (self.calibration, calibration, _("Calibration")),
            (self.light, light, _("Light")),
        ):
            if label.text() != words:
                label.setText(words)
                label.setAccessibleName(f"{what}: {words}")

    def forget(self) -> None:
        """Take the patient off the screen."""
        for label in (self.patient, self.born, self.session, self.day):
            label.setText("")
            label.setAccessibleName("")
        self._say_first("")


def _stacked(large: OneLine, small: OneLine) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(large)
    column.addWidget(small)
    return column


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    line.setObjectName("divider")
    return line
