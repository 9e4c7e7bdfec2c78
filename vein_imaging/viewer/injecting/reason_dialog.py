"""Asks for a reason in the person's own words before something is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.treatment import VisitFacts
from vein_imaging.viewer.injecting.dose_view import Verdict
from vein_imaging.viewer.qt.patient_dialog import PatientDialog
from vein_imaging.words import translate as _

__all__ = ["ReasonDialog"]

LEAST_LETTERS = 3  # keeps out a key hit by chance; what a reason says cannot be checked


class ReasonDialog(PatientDialog):
    """A question with a reason to type; nothing can be pressed until one is there.

    Opened with `open()`, never `exec()`: the camera goes on meanwhile.

    Parameters
    ----------
    parent : QWidget
        The window it belongs to.
    verdict : Verdict
        Colour of the frame; the words say the same.
    headline : str
        What is wrong, in large letters.
    lines : sequence of str
        Why, one sentence each.
    accept : str
        Words on the button that goes on.
    facts : VisitFacts, optional
        Whose record it is about; it stands on top.
    """

    def __init__(
        self,
        parent: QWidget,
        verdict: Verdict,
        headline: str,
        lines: Sequence[str],
        accept: str,
        facts: VisitFacts | None = None,
    ) -> None:
        super().__init__(parent, "vein-imaging", facts)
        self.setMinimumWidth(560)
        frame = QFrame()
        frame.setProperty("verdict", verdict)
        inside = QVBoxLayout(frame)
        for role, text in (("verdict", headline), *(("", line) for line in lines)):
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setIndent(0)
            label.setTextFormat(Qt.TextFormat.PlainText)
            inside.addWidget(label)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Reason, in your own words"))
        self.reason.setAccessibleName(_("Reason"))
        self.cancel = QPushButton(_("Cancel \N{EM DASH} record nothing"))
        self.go_on = QPushButton(accept)
        self.go_on.setEnabled(False)
        # Enter in the field must not record anything by itself.
        self.go_on.setAutoDefault(False)
        self.cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        self.column.addWidget(frame)
        self.column.addWidget(self.reason)
        self.column.addLayout(buttons)
        self.reason.textChanged.connect(self._typed)
        self.cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)
        self.reason.setFocus()

    @property
    def reason_text(self) -> str:
        """What was typed, without the spaces around it."""
        return str(self.reason.text()).strip()

    def _typed(self) -> None:
        self.go_on.setEnabled(len(self.reason_text) >= LEAST_LETTERS)
