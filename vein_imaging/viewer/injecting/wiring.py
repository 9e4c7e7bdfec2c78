"""Wires form, visit, dose panel, list and marks. The visit decides; this carries."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QWidget

from vein_imaging.treatment import (
    Given,
    JudgedDose,
    Needs,
    NotKnownYetError,
    RecordError,
    Site,
    Visit,
)
from vein_imaging.treatment.typed_injection import EntryError, EntryText
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.injecting.dose_view import (
    DoseView,
    not_checked,
    nothing_typed,
)
from vein_imaging.viewer.injecting.dose_words import dose_view
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.log_rows import LogRow, rows, site_marks, totals
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.live.vein_reading import VeinReading
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import translate as _

__all__ = ["SiteRecorder"]

_TREMBLE_S = 1.0
"""No two injections are given so close together: the second click is a slip."""
_NEXT_MS = 400
"""So long what the click found stays, before the next injection is checked."""


def _signed() -> DoseView:
    return DoseView(
        "warn",
        _("THIS SESSION IS SIGNED"),
        (_("What is added now is kept as an amendment to it and needs a reason."),),
    )


class SiteRecorder:
    """Records sites that are clicked and shows what the record then holds.

    Parameters
    ----------
    visit : Visit
        Checks and records.
    panel : InjectionPanel
        Form, dose panel and list.
    canvas : PictureCanvas
        Draws the marks on the picture.
    window : QWidget
        Parent of the dialogs.
    """

    def __init__(
        self,
        visit: Visit,
        panel: InjectionPanel,
        canvas: PictureCanvas,
        window: QWidget,
    ) -> None:
        self._visit = visit
        self._log = visit.log
        self._panel = panel
        self._canvas = canvas
        self._window = window
        self.dialog: ReasonDialog | None = None
        """The question that waits for an answer; None where none does."""
        self._recorded_s = -math.inf
        self._unsettled = ""
        self._placed: dict[str, set[str]] = {}
        self._next = QTimer(window)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self.check)
        panel.logging_toggled.connect(self._forget_last)
        panel.form.changed.connect(self.check)
        panel.form.fields["site"].textChanged.connect(self.show_marks)
        panel.log.void_asked.connect(self.ask_to_void)
        panel.unplaced.clicked.connect(self.record_unplaced)
        self.show_log()
        self.check()

    def _forget_last(self) -> None:
        self._recorded_s = -math.inf

    @property
    def switched_on(self) -> bool:
        """Whether a click on the picture records."""
        return bool(self._panel.log_sites.isChecked()) and self.dialog is None

    @property
    def _area(self) -> str:
        return " ".join(self._panel.form.entry.site.casefold().split())

    def check(self) -> None:
        """Check what is typed and show the answer, before any needle."""
        # Whatever escapes from here leaves no earlier answer on the screen.
        self._panel.dose.show_view(not_checked())
        problems: dict[str, str] = {}
        view = not_checked()
        try:
            entry = self._panel.form.entry
            judged = waited_for(self._window, lambda: self._log.check(entry))
            view = nothing_typed() if judged is None else self._view(judged)
        except EntryError as error:
            problems = error.problems
        self._panel.form.show_problems(problems)
        self._panel.dose.show_view(view)

    def _view(self, judged: JudgedDose) -> DoseView:
        return dose_view(
            judged.findings, judged.quantities, self._log.names, judged.words
        )

    def clicked(self, site: Site, reading: VeinReading | None) -> None:
        """Record the typed injection at this site, with the width there, if any."""
        if time.monotonic() - self._recorded_s < _TREMBLE_S:
            return
        measured = None if reading is None else reading.text
        self._record(self._panel.form.entry_at(measured), site, "")

    def record_unplaced(self) -> None:
        """Record the typed injection without a picture: it has an area, and no mark."""
        slip = time.monotonic() - self._recorded_s < _TREMBLE_S
        if self.dialog is None and not slip:
            form = self._panel.form
            width = form.entry.vein_diameter_mm if form.width_typed else ""
            self._record(replace(form.entry, vein_diameter_mm=width), None, "")

    def measured(self, reading: VeinReading | None) -> None:
        """Put the width of the vein that was clicked on into the form."""
        if reading is None:
            self._panel.form.show_measured(
                None, _("No vein of known width where you clicked.")
            )
        else:
            self._panel.form.show_measured(reading.text, reading.sentence)

    def ask_to_void(self, entry_id: str) -> None:
        """Ask for a reason, then void an entry."""
        row = next(row for row in self._rows() if row.entry_id == entry_id)
        self._ask(
            ReasonDialog(
                self._window,
                "warn",
                _("Void entry {number}?").format(number=row.number),
                (
                    _("{time}, {what}, {volume_ml} mL.").format(
                        time=row.time, what=row.what, volume_ml=row.volume_ml
                    ),
                    _(
                        "It stays in the record, marked void, and no longer counts "
                        "towards the totals."
                    ),
                ),
                _("Void this entry"),
            ),
            lambda reason: self._try(lambda: self._log.void(entry_id, reason)),
        )

    def close(self) -> None:
        """Take a question off the screen; it counts as not answered."""
        self._next.stop()
        if self.dialog is not None:
            self.dialog.close()

    def _rows(self) -> tuple[LogRow, ...]:
        return rows(self._log.session, self._log.names, self._visit.rules.zone)

    def show_log(self) -> None:
        """Show list, totals and marks as the store now holds them."""
        said = totals(self._log.session, self._log.names)
        self._panel.log.show_rows(self._rows(), said)
        weighed = self._log.weighed
        kg = "" if weighed is None else str(weighed.weight)
        day = "" if weighed is None else f"{weighed.at:%d %b %Y}"
        self._panel.form.show_weight(kg, day)
        self.show_marks()

    def show_marks(self) -> None:
        """Show the marks of this area and camera, in a size that suits the picture."""
        here = self._placed.get(self._area, set())
        marks = site_marks(self._log.session, tuple(self._log.names), here)
        self._canvas.show_sites(marks)

    def forget_pictures(self) -> None:
        """Draw no mark any more that was made before: the camera began anew."""
        self._placed.clear()
        self.show_marks()

    def _record(self, entry: EntryText, site: Site | None, reason: str) -> None:
        if self._unsettled and not self._settle():
            return
        self._panel.dose.show_view(not_checked())  # until the transaction has judged
        try:
            outcome = waited_for(
                self._window, lambda: self._log.record(entry, site, reason=reason)
            )
        except EntryError as error:
            self._panel.form.show_problems(error.problems)
            tell(
                self._window,
                _("Nothing was recorded"),
                "\n".join(error.problems.values()),
            )
            return
        except NotKnownYetError as error:
            self._unsettled = error.entry_id
            tell(self._window, _("NOT KNOWN YET"), str(error))
            return
        except RecordError as error:
            tell(self._window, _("NOTHING WAS RECORDED"), str(error))
            self.check()
            return
        if isinstance(outcome, Needs):
            self._ask_why(outcome, entry, site)
        else:
            self._given(outcome, site)

    def _ask_why(self, needs: Needs, entry: EntryText, site: Site | None) -> None:
        view = _signed() if needs.signed else self._view(needs.judged)
        self._panel.dose.show_view(view)
        self._ask(
            ReasonDialog(
                self._window,
                "warn" if view.verdict == "warn" else "stop",
                view.headline,
                (
                    *view.messages,
                    _(
                        "Not recorded yet. If this injection has already been given, "
                        "it must be recorded: type why."
                    ),
                ),
                _("It was given: record it"),
            ),
            lambda why: self._record(entry, site, why),
        )

    def _given(self, given: Given, site: Site | None) -> None:
        self._recorded_s = time.monotonic()
        if given.judged is not None:
            self._panel.dose.show_view(self._view(given.judged))
        if site is not None:
            newest = self._log.session.entries[-1].entry_id
            self._placed.setdefault(self._area, set()).add(newest)
        # Not to be checked before what the click found was seen.
        self._panel.form.blockSignals(True)
        self._panel.form.forget_width()
        self._panel.form.blockSignals(False)
        self.show_log()
        self._next.start(_NEXT_MS)

    def _settle(self) -> bool:
        """Find out what became of the last click; whether the next may be tried."""
        entry_id, self._unsettled = self._unsettled, ""
        try:
            why = _("The last injection was not recorded")
            waited_for(self._window, lambda: self._visit.record.settle(entry_id, why))
        except NotKnownYetError as error:
            self._unsettled = error.entry_id
            tell(self._window, _("NOT KNOWN YET"), str(error))
            return False
        except RecordError as error:
            tell(self._window, _("THE LAST CLICK WAS NOT RECORDED"), str(error))
        else:
            tell(
                self._window,
                _("The last click was recorded"),
                _("It is in the list. Click again only if this is another injection."),
            )
        self.show_log()
        return False

    def _ask(self, dialog: ReasonDialog, answered: Callable[[str], None]) -> None:
        self.dialog = dialog

        def done(result: int) -> None:
            self.dialog = None
            if result == ReasonDialog.DialogCode.Accepted:
                answered(dialog.reason_text)

        dialog.finished.connect(done)
        dialog.open()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            waited_for(self._window, action)
        except RecordError as error:
            headline = _("NOTHING WAS RECORDED")
            if isinstance(error, NotKnownYetError):
                headline = _("NOT KNOWN YET")
            tell(self._window, headline, str(error))
            return
        self.show_log()
        self.check()
