"""The strip's "Print" menu: report, patient's sheet and calendar into a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QDialog, QMenu, QWidget

from vein_imaging.report.calendar_file import calendar_file
from vein_imaging.report.patient_sheet import render_sheet
from vein_imaging.treatment import AtWork, Visit
from vein_imaging.treatment.on_paper.print_course import page_format, print_report
from vein_imaging.treatment.on_paper.read_course import CourseParts
from vein_imaging.treatment.on_paper.take_home import (
    Booking,
    appointment_entries,
    patient_sheet,
)
from vein_imaging.viewer.booking_dialog import BookingDialog
from vein_imaging.viewer.qt.plain_words import as_shown
from vein_imaging.viewer.qt.save_file import FileSaver
from vein_imaging.words import translate as _

__all__ = ["PrintDesk"]

_PAGES = "PDF (*.pdf);;HTML (*.html)"
_LONGEST_NAME = 50
"""Letters: four bytes each, and a disk takes names of 255 with what is added."""


class PrintDesk:
    """Wires the menu to the functions that the command line calls too.

    Parameters
    ----------
    work : AtWork
    visit : Visit
        The session on the screen.
    window : QWidget
        Parent of the dialogs.
    """

    def __init__(self, work: AtWork, visit: Visit, window: QWidget) -> None:
        self._work = work
        self._visit = visit
        self._window = window
        self.saver = FileSaver(window)
        self.booking: BookingDialog | None = None
        """The question for the next appointment; None where it is not asked."""
        self.menu = QMenu(window)
        """Of the strip's button."""
        head, patient = visit.head, visit.head.patient_id
        of_session = CourseParts(head.session_id)
        for text, chosen in (
            (
                _("Report of this session"),
                lambda: self._report("session", patient, of_session),
            ),
            (
                _("Report of the course"),
                lambda: self._report("course", patient, CourseParts()),
            ),
            (_("Patient's sheet"), self._sheet),
            (_("Appointments as a calendar"), self._calendar),
        ):
            action = self.menu.addAction(text + "\N{HORIZONTAL ELLIPSIS}")
            assert action is not None  # for the type checker
            action.triggered.connect(chosen)
        self.menu.addSeparator()
        named = self.menu.addAction(_("Patient's name in the file's name"))
        assert named is not None  # for the type checker
        self.named = named
        """Off at first: names of files are seen by whoever sees the folder."""
        self.named.setCheckable(True)

    def close(self) -> None:
        """Close what waits for an answer; what is being made is not shown any more."""
        self.saver.close()
        if self.booking is not None:
            self.booking.close()

    def file_name(self, what: str, ending: str) -> str:
        """Propose a name: what it is and the session's day, the patient's on request.

        Parameters
        ----------
        what, ending : str
        """
        words = [what, self._visit.facts.started_on.isoformat()]
        if self.named.isChecked():
            name = as_shown(self._visit.facts.name)
            words.insert(0, re.sub(r"\W+", "-", name).strip("-")[:_LONGEST_NAME])
        return "-".join(word for word in words if word) + f".{ending}"

    def _report(self, what: str, patient_id: str, parts: CourseParts) -> None:
        def made(path: Path) -> bytes:
            return print_report(
                self._work, patient_id, page_format(path.name), parts
            ).page

        self.saver.ask(self.file_name(what, "pdf"), _PAGES, made)

    def _sheet(self) -> None:
        def asked(booking: Booking) -> None:
            self.saver.ask(
                self.file_name("sheet", "pdf"),
                "PDF (*.pdf)",
                lambda path: render_sheet(patient_sheet(self._visit, booking)),
            )

        self._ask_booking(asked)

    def _calendar(self) -> None:
        def made(booking: Booking) -> bytes:
            entries = appointment_entries(self._visit, booking)
            return calendar_file(entries, self._visit.record.now())

        self._ask_booking(
            lambda booking: self.saver.ask(
                self.file_name("appointments", "ics"),
                "iCalendar (*.ics)",
                lambda path: made(booking),
            )
        )

    def _ask_booking(self, asked: Callable[[Booking], None]) -> None:
        """Ask for day and time of the next appointment, the planned one proposed."""
        dialog = BookingDialog(self._window, self._visit)

        def done(result: int) -> None:
            self.booking = None
            if result == QDialog.DialogCode.Accepted:
                asked(dialog.booking)

        dialog.finished.connect(done)
        self.booking = dialog
        dialog.open()
