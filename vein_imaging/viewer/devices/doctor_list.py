"""The doctor: what keeps devices on this computer from working, and what helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from vein_devices.supervision.doctor import Check, examine
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.style import TARGET_PX, set_look
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["DoctorList"]

_LOOKS = {"ok": "none", "note": "none", "problem": "stop"}
_WORDS = {"ok": marked("ok"), "note": marked("note"), "problem": marked("PROBLEM")}


class DoctorList(QWidget):
    """A button, and below it what was found: problems first.

    Parameters
    ----------
    look : callable
        Examines the computer; called in a thread.
    """

    def __init__(self, look: Callable[[], Sequence[Check]] = examine) -> None:
        super().__init__()
        self._look = look
        self._open = True
        self.button = QPushButton(_("Examine this computer"))
        self.button.setMinimumHeight(TARGET_PX)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setProperty("role", "total")
        self.found = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        column.addWidget(self.summary)
        column.addLayout(self.found)
        self.button.clicked.connect(self.examine)

    def close_list(self) -> None:
        """An answer that comes later is not shown any more."""
        self._open = False

    def examine(self) -> None:
        """Look at everything, beside the picture; what was found before goes."""
        self.button.setEnabled(False)
        self.summary.setText(_("Looking\N{HORIZONTAL ELLIPSIS}"))
        work = InBackground(self._look)
        work.returned.connect(self._show)
        work.errored.connect(self._failed)
        work.start()

    def _failed(self, error: Exception) -> None:
        if self._open:
            self.button.setEnabled(True)
            self.summary.setText(
                _("This computer could not be examined: {why}").format(why=error)
            )

    def _show(self, checks: Sequence[Check]) -> None:
        if not self._open:
            return
        self.button.setEnabled(True)
        problems = sum(check.state == "problem" for check in checks)
        self.summary.setText(
            plural("{count} problem.", "{count} problems.", problems).format(
                count=problems
            )
            if problems
            else _("No problem found.")
        )
        while (item := self.found.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        order = ("problem", "note", "ok")
        for check in sorted(checks, key=lambda one: order.index(one.state)):
            self.found.addWidget(_row(check))


def _row(check: Check) -> QFrame:
    frame = QFrame()
    set_look(frame, "verdict", _LOOKS[check.state])
    column = QVBoxLayout(frame)
    column.setContentsMargins(10, 6, 10, 6)
    said = QLabel(f"{_(_WORDS[check.state])}: {check.what}: {check.detail}")
    column.addWidget(said)
    labels = [said]
    if check.fix and check.state != "ok":
        fix = QLabel(_("In a terminal, type: {command}").format(command=check.fix))
        fix.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column.addWidget(fix)
        labels.append(fix)
    for label in labels:
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
    return frame
