"""The strip's "Print" menu: report, patient's sheet and calendar into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QInputDialog, QMenu, QWidget

from vein_imaging.durable import write_durably
from vein_imaging.report.calendar_file import calendar_file
from vein_imaging.report.patient_sheet import render_sheet
from vein_imaging.report.typeset import TypesetError
from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import AtWork, RecordError, Visit
from vein_imaging.treatment.on_paper.print_course import page_format, print_report
from vein_imaging.treatment.on_paper.read_course import CourseParts
from vein_imaging.treatment.on_paper.take_home import (
    Booking,
    appointment_entries,
    patient_sheet,
    planned_appointments,
    read_booking,
)
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.message import tell
from vein_imaging.words import translate as _

__all__ = ["PrintDesk"]

# What is no fault of the program, and is told in its own words.
_SAID = (RecordError, StoreError, TypesetError, ValueError, OSError)
_PAGES = "PDF (*.pdf);;HTML (*.html)"


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
        self._open = True
        self.dialog: QFileDialog | QInputDialog | None = None
        """The question that waits for an answer; None where none does."""
        self.menu = QMenu(window)
        """Of the strip's button."""
        head, patient = visit.head, visit.head.patient_id
        of_session = CourseParts(head.session_id)
        for text, chosen in (
            (_("Report of this session"), lambda: self._report(patient, of_session)),
            (_("Report of the course"), lambda: self._report(patient, CourseParts())),
            (_("Patient's sheet"), self._sheet),
            (_("Appointments as a calendar"), self._calendar),
        ):
            action = self.menu.addAction(text + "\N{HORIZONTAL ELLIPSIS}")
            assert action is not None  # for the type checker
            action.triggered.connect(chosen)

    def close(self) -> None:
        """Close what waits for an answer; what is being made is not shown any more."""
        self._open = False
        if self.dialog is not None:
            self.dialog.close()

    def _report(self, patient_id: str, parts: CourseParts) -> None:
        def made(path: Path) -> bytes:
            return print_report(
                self._work, patient_id, page_format(path.name), parts
            ).page

        self._ask_file("report.pdf", _PAGES, made)

    def _sheet(self) -> None:
        def asked(booking: Booking) -> None:
            self._ask_file(
                "sheet.pdf",
                "PDF (*.pdf)",
                lambda path: render_sheet(patient_sheet(self._visit, booking)),
            )

        self._ask_booking(asked)

    def _calendar(self) -> None:
        def made(booking: Booking) -> bytes:
            entries = appointment_entries(self._visit, booking)
            return calendar_file(entries, self._visit.record.now())

        self._ask_booking(
            lambda booking: self._ask_file(
                "appointments.ics", "iCalendar (*.ics)", lambda path: made(booking)
            )
        )

    def _ask_booking(self, asked: Callable[[Booking], None]) -> None:
        """Ask for day and time of the next appointment, the planned one proposed."""
        dialog = QInputDialog(self._window)
        dialog.setLabelText(_("Next appointment: day and time"))
        try:
            ahead = planned_appointments(self._visit)
        except ValueError:
            ahead = ()  # the planned day is over: another one is typed
        dialog.setTextValue(f"{ahead[0].planned_on} 10:00" if ahead else "")

        def typed(text: str) -> None:
            day, _blank, clock = text.strip().partition(" ")
            try:
                asked(read_booking(clock.strip(), day))
            except ValueError as error:
                self._failed(str(error))

        dialog.textValueSelected.connect(typed)
        self._show(dialog)

    def _ask_file(self, name: str, kinds: str, make: Callable[[Path], bytes]) -> None:
        dialog = QFileDialog(self._window, _("Where to write it"), name, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(name.rpartition(".")[2])
        dialog.fileSelected.connect(lambda path: self._write(Path(path), make))
        self._show(dialog)

    def _show(self, dialog: QFileDialog | QInputDialog) -> None:
        self.dialog = dialog
        dialog.open()

    def _write(self, path: Path, make: Callable[[Path], bytes]) -> None:
        def written() -> str:
            try:
                write_durably(path, make(path))
            except _SAID as error:
                return str(error)
            return ""

        # Seconds of work: in a thread, whose answer Qt brings back to this one.
        worker = InBackground(written)
        worker.returned.connect(lambda why_not: self._done(path, why_not))
        worker.start()

    def _done(self, path: Path, why_not: str) -> None:
        if why_not:
            self._failed(why_not)
        elif self._open:
            tell(self._window, _("Written"), str(path))

    def _failed(self, why: str) -> None:
        if self._open:
            tell(self._window, _("NOTHING WAS WRITTEN"), why)
