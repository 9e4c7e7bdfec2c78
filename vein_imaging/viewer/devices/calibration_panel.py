"""The guided calibration as the person sees it: one thing to do at a time."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_calibration.errors import CalibrationError
from vein_calibration.target import Target
from vein_imaging.viewer.devices.calibration_words import (
    next_in_words,
    progress_in_words,
    result_in_words,
    seen_in_words,
)
from vein_imaging.viewer.devices.guided_calibration import Guided, target_printed
from vein_imaging.viewer.qt.style import TARGET_PX, set_look
from vein_imaging.words import translate as _

__all__ = ["CalibrationPanel"]

_PER_CENT = 100  # the bar's steps
_LINE_PX = 30  # of the large letters


class CalibrationPanel(QWidget):
    """What is wanted next in large letters, what is seen below, then the buttons.

    Signals
    -------
    begun(Target, bool)
        The sheet as it was printed; whether the lens is calibrated too.
    kept(), saved(), ended()
        Keep the view that is seen; save the result; stop, and save nothing.
    """

    begun = Signal(object, bool)
    kept = Signal()
    saved = Signal()
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.in_force = _wrapped("")
        self.ruler = QLineEdit("150.0")
        self.ruler.setAccessibleName(_("The sheet's ruler of 150 mm measures, mm"))
        self.asked = _wrapped("caption", self.ruler.accessibleName())
        self.both = QPushButton(_("Calibrate lens and scale"))
        self.scale_only = QPushButton(_("Scale only"))
        self.frame = QFrame()
        set_look(self.frame, "verdict", "none")
        self.next = _wrapped("verdict")
        self.seen = _wrapped("")
        self.problem = _wrapped("problem")
        self.bar = QProgressBar()
        self.bar.setRange(0, _PER_CENT)
        self.bar.setTextVisible(False)
        self.progress = _wrapped("caption")
        self.keep = QPushButton()
        self.save = QPushButton(_("Save for this camera"))
        self.over = QPushButton(_("Start over"))
        self.stop = QPushButton(_("Stop"))
        self._wanted = True
        for button in (
            self.both, self.scale_only, self.keep, self.save, self.over, self.stop
        ):  # fmt: skip
            button.setMinimumHeight(TARGET_PX)
        self._lay_out()
        self.both.clicked.connect(lambda: self._begin(lens=True))
        self.scale_only.clicked.connect(lambda: self._begin(lens=False))
        self.over.clicked.connect(lambda: self._begin(lens=self._wanted))
        self.keep.clicked.connect(self.kept)
        self.save.clicked.connect(self.saved)
        self.stop.clicked.connect(self.ended)
        self.show_idle("")

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.frame)
        # no jump, and no line cut off, when the next wish is longer than the last
        for widget, lines in ((self.next, 2), (self.seen, 2)):
            widget.setMinimumHeight(lines * _LINE_PX)
            widget.setAlignment(Qt.AlignmentFlag.AlignTop)
            inside.addWidget(widget)
        ruler = QHBoxLayout()
        ruler.addWidget(self.asked, 1)
        self.ruler.setFixedWidth(110)
        ruler.addWidget(self.ruler)
        begin, go_on = QHBoxLayout(), QHBoxLayout()
        begin.addWidget(self.both, 1)
        begin.addWidget(self.scale_only)
        go_on.addWidget(self.keep, 1)
        go_on.addWidget(self.save, 1)
        go_on.addWidget(self.over)
        go_on.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.in_force)
        column.addLayout(ruler)
        column.addLayout(begin)
        column.addWidget(self.frame)
        column.addWidget(self.problem)
        column.addWidget(self.bar)
        column.addWidget(self.progress)
        column.addLayout(go_on)

    def _begin(self, *, lens: bool) -> None:
        try:
            target = self.target
        except (CalibrationError, ValueError) as error:
            self.show_problem(str(error))
            return
        self._wanted = lens
        self.begun.emit(target, lens)

    @property
    def target(self) -> Target:
        """The sheet as its ruler says that it was printed.

        Raises
        ------
        ValueError, CalibrationError
            If that is no ruler of about 150 mm.
        """
        typed = self.ruler.text().strip().replace(",", ".")
        try:
            measured = float(typed)
        except ValueError:
            raise ValueError(
                _(
                    "Measure the sheet's ruler: got {typed!r}, wanted mm, as 149.5"
                ).format(typed=typed)
            ) from None
        return target_printed(measured)

    def show_idle(self, in_force: str, why: str = "") -> None:
        """Nothing is being calibrated: say what is in force, and offer to begin."""
        self._show_running(running=False)
        self.in_force.setText(in_force)
        self.show_problem(why)

    def show_state(self, state: Guided) -> None:
        """Show how far it is."""
        self._show_running(running=True)
        result = result_in_words(state)
        done = state.step == "done"
        self.next.setText(next_in_words(state))
        self.seen.setText("\n".join(result) if done else seen_in_words(state))
        self.bar.setValue(round(_PER_CENT * state.progress))
        lens = state.step == "lens"
        self.progress.setText(progress_in_words(state) if lens else "")
        for widget in (self.bar, self.progress):
            widget.setVisible(lens)
        self.show_problem(state.trouble)
        self.keep.setText(_("Keep this view") if lens else _("Measure here"))
        self.keep.setEnabled(state.view is not None)
        self.keep.setVisible(not done)
        self.save.setVisible(done)

    def show_problem(self, why: str) -> None:
        """Say what went wrong; what was measured stays."""
        self.problem.setText(why)
        self.problem.setVisible(bool(why))

    def show_busy(self, words: str) -> None:
        """Say that something is being worked out, and take no button but Stop."""
        self.next.setText(words)
        for button in (self.keep, self.save, self.over):
            button.setEnabled(False)

    def _show_running(self, *, running: bool) -> None:
        before: list[QWidget] = [
            self.both, self.scale_only, self.asked, self.ruler, self.in_force
        ]  # fmt: skip
        during: list[QWidget] = [
            self.frame, self.bar, self.progress, self.over, self.stop
        ]  # fmt: skip
        for widget in before:
            widget.setVisible(not running)
        for widget in during:
            widget.setVisible(running)
        for button in (self.save, self.over):
            button.setEnabled(running)
        if not running:
            self.keep.hide()
            self.save.hide()


def _wrapped(role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label
