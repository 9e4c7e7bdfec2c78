"""Correcting and voiding an entry: asked about, and never without a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qtpy.QtWidgets import QDialog, QWidget

from vein_imaging.treatment import Given, Needs, Visit
from vein_imaging.treatment.typed_injection import EntryError, EntryText
from vein_imaging.viewer.injecting.correct_dialog import CorrectDialog
from vein_imaging.viewer.injecting.dose_checker import DoseChecker
from vein_imaging.viewer.injecting.log_rows import LogRow, rows
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.qt.record_desk import RecordDesk
from vein_imaging.words import translate as _

__all__ = ["Amending"]


class Amending:
    """Opens the two dialogs and writes what they say.

    Parameters
    ----------
    visit : Visit
    desk : RecordDesk
    checker : DoseChecker
        Shows what a correction was found to be.
    window : QWidget
        Parent of the dialogs.
    opened : callable
        Shows a dialog, and does what it is given once that is accepted.
    """

    def __init__(
        self,
        visit: Visit,
        desk: RecordDesk,
        checker: DoseChecker,
        window: QWidget,
        opened: Callable[[QDialog, Callable[[], None]], None],
    ) -> None:
        self._visit, self._desk, self._checker = visit, desk, checker
        self._window, self._opened = window, opened

    def rows(self) -> tuple[LogRow, ...]:
        """The session's injections as the list shows them."""
        log = self._visit.log
        return rows(log.session, log.names, self._visit.rules.zone)

    def ask_to_void(self, entry_id: str) -> None:
        """Ask for a reason, then void an entry."""
        row = self._row(entry_id)
        lines = (
            _("{time}, {what}, {volume_ml} mL.").format(
                time=row.time, what=row.what, volume_ml=row.volume_ml
            ),
            _(
                "It stays in the record, marked void, and no longer counts "
                "towards the totals."
            ),
            *self._signed(),
        )
        dialog = ReasonDialog(
            self._window,
            "warn",
            _("Void entry {number}?").format(number=row.number),
            lines,
            _("Void this entry"),
            self._visit.facts,
        )
        self._opened(dialog, lambda: self._void(entry_id, dialog.reason_text))

    def _void(self, entry_id: str, reason: str) -> None:
        """Void it; the dialog may be gone before the store has answered."""
        self._desk.write(lambda: self._visit.log.void(entry_id, reason))

    def ask_to_correct(self, entry_id: str) -> None:
        """Ask what was really given, then correct an entry."""
        row, log = self._row(entry_id), self._visit.log
        stands = log.as_given(entry_id, EntryText(form=""))
        named = _("Entry {number}, {time}").format(number=row.number, time=row.time)
        dialog = CorrectDialog(
            self._window, self._visit.facts, tuple(log.names.items()), stands, named
        )
        dialog.go_on_asked.connect(
            lambda entry, reason: self._correct(dialog, entry_id, entry, reason)
        )
        self._opened(dialog, lambda: None)

    def _correct(
        self, dialog: CorrectDialog, entry_id: str, entry: EntryText, reason: str
    ) -> None:
        # What the form of a correction does not ask for stays as it was.
        was = self._visit.log.as_given(entry_id, EntryText(form=""))
        whole = replace(
            entry,
            stock_concentration_percent=was.stock_concentration_percent,
            diluent=was.diluent,
            test_dose=was.test_dose,
        )
        log = self._visit.log
        try:
            done = self._desk.write(lambda: log.correct(entry_id, whole, reason))
        except EntryError as error:
            dialog.form.show_problems(error.problems)
            return
        dialog.accept()
        self._show(done)

    def _show(self, done: Given | Needs | None) -> None:
        if done is not None and done.judged is not None:
            self._checker.forget()
            self._checker.show_judged(done.judged)

    def _row(self, entry_id: str) -> LogRow:
        return next(row for row in self.rows() if row.entry_id == entry_id)

    def _signed(self) -> tuple[str, ...]:
        if not self._visit.session.is_signed:
            return ()
        return (_("The session is signed: this is kept as an amendment to it."),)
