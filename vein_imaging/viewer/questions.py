"""What the window itself asks: whether the clock is right, whether to close."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMessageBox, QWidget

from vein_imaging.treatment import AtWork, VisitFacts
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.qt.patient_line import whose_record
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import translate as _

__all__ = ["ask_about_clock", "ask_to_close"]


def ask_about_clock(window: QWidget, work: AtWork) -> None:
    """Ask whether the computer's clock is right, where something is odd about it.

    Parameters
    ----------
    window : QWidget
        Parent of the dialog.
    work : AtWork
        Knows what is odd, and writes the answer down.
    """
    doubt = waited_for(window, lambda: work.clock_doubt)
    if doubt is None:
        return
    dialog = ReasonDialog(
        window,
        "warn",
        _("IS THE COMPUTER'S CLOCK RIGHT?"),
        (
            doubt.sentence,
            _(
                "If it is right now, type how you know. If not, cancel and set "
                "it: until then every dose is checked on both days."
            ),
        ),
        _("The clock is right now"),
    )

    def answered() -> None:
        reason = dialog.reason_text  # the dialog is gone before the store answers
        waited_for(window, lambda: work.answer_clock(right=True, reason=reason))

    dialog.accepted.connect(answered)
    dialog.open()


def ask_to_close(
    window: QWidget, facts: VisitFacts, answered: Callable[[bool], None]
) -> QMessageBox:
    """Ask whether to close; to stay is what Enter and Escape mean.

    Parameters
    ----------
    window : QWidget
        Parent of the dialog.
    facts : VisitFacts
        Whose session it is.
    answered : callable
        Called once, with True for closing.

    Returns
    -------
    QMessageBox
        Open.
    """
    box = QMessageBox(window)
    box.setStyleSheet(stylesheet())
    box.setText(_("Close this session?"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    stored = _("Everything in the list is already stored.")
    box.setInformativeText(f"{whose_record(facts)}\n{stored}")
    close = box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton(_("Stay here"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.finished.connect(lambda _: answered(box.clickedButton() is close))
    box.open()
    return box
