"""Wires form, visit, dose panel, list and marks. The visit decides; this carries."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QDialog, QWidget

from vein_imaging.treatment import Given, Needs, Site, Visit
from vein_imaging.treatment.typed_injection import EntryError, EntryText
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.injecting.amending import Amending
from vein_imaging.viewer.injecting.area_dialog import AreaDialog
from vein_imaging.viewer.injecting.correct_dialog import CorrectDialog
from vein_imaging.viewer.injecting.dose_checker import DoseChecker
from vein_imaging.viewer.injecting.dose_view import DoseView, checking
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.log_rows import total_ml, totals
from vein_imaging.viewer.injecting.others_writes import OthersWrites
from vein_imaging.viewer.injecting.placed_sites import PlacedSites, Points
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.live.vein_reading import VeinReading
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.record_desk import RecordDesk
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["SiteRecorder"]

_TREMBLE_S = 1.0
"""No two injections are given so close together: the second click is a slip."""
_NEXT_MS = 400
"""So long what the click found stays, before the next injection is checked."""


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
    onto : callable
        See `PlacedSites`.
    """

    def __init__(
        self,
        visit: Visit,
        panel: InjectionPanel,
        canvas: PictureCanvas,
        window: QWidget,
        onto: Callable[[Points], Points] = lambda points_rc: points_rc,
    ) -> None:
        self._visit = visit
        self._log = visit.log
        self._panel = panel
        self._window = window
        self.dialog: QDialog | None = None
        """The question that waits for an answer; None where none does."""
        self._recorded_s = -math.inf
        self._closed = False
        self.desk = RecordDesk(visit, window)
        """Writes to the record; the window's other pages write through it too."""
        self.checker = DoseChecker(visit.log, panel)
        """Checks what is typed."""
        self.sites = PlacedSites(
            visit, canvas, lambda: panel.form.entry.site, panel.say_of_marks, onto
        )
        """The marks on the picture."""
        self.others = OthersWrites(
            visit, self.desk, self._others_wrote, panel.say_of_store
        )
        """What other windows write."""
        self._amending = Amending(
            visit, self.desk, self.checker, window, self._open_dialog
        )
        self._next = QTimer(window)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self.check)
        self._wire()
        why_not = visit.why_not_write("injected")
        if why_not:
            panel.forbid(why_not)
        self.show_log()
        self.check()

    def _wire(self) -> None:
        panel, form = self._panel, self._panel.form
        panel.logging_toggled.connect(self._forget_last)
        form.changed.connect(self.check)
        form.fields["site"].textChanged.connect(self.sites.show)
        form.area_asked.connect(self.ask_area)
        form.last_asked.connect(self.fill_as_last)
        panel.log.void_asked.connect(self._amending.ask_to_void)
        panel.log.correct_asked.connect(self._amending.ask_to_correct)
        panel.unplaced.clicked.connect(self.record_unplaced)
        self.desk.changed.append(self._changed)

    def _forget_last(self) -> None:
        self._recorded_s = -math.inf
        self._panel.say("")

    @property
    def switched_on(self) -> bool:
        """Whether a click on the picture records."""
        return bool(self._panel.log_sites.isChecked()) and self.dialog is None

    @property
    def unanswered(self) -> bool:
        """Whether an injection, a correction or a voiding waits for its reason."""
        return isinstance(self.dialog, ReasonDialog | CorrectDialog)

    def check(self) -> None:
        """Check what is typed and show the answer, before any needle."""
        self._next.stop()
        if not self._closed:
            self.checker.check()

    def clicked(self, site: Site, reading: VeinReading | None) -> None:
        """Record the typed injection at this site, with the width there, if any."""
        if not self._is_slip():
            measured = None if reading is None else reading.text
            self._record(self._panel.form.entry_at(measured), site, "")

    def record_unplaced(self) -> None:
        """Record the typed injection without a picture: it has an area, and no mark."""
        form = self._panel.form
        if self.dialog is None and not form.entry.site:
            self._panel.say(
                _(
                    "Nothing was recorded: without a picture, name the area; if nobody "
                    "knows it, type so"
                )
            )
        elif self.dialog is None and not self._is_slip():
            width = form.entry.vein_diameter_mm if form.width_typed else ""
            self._record(replace(form.entry, vein_diameter_mm=width), None, "")

    def _is_slip(self) -> bool:
        slip = time.monotonic() - self._recorded_s < _TREMBLE_S
        if slip:
            self._panel.say(
                _(
                    "Two clicks within a second: the second was taken for a slip and "
                    "recorded nothing"
                )
            )
        return slip

    def measured(self, reading: VeinReading | None) -> None:
        """Put the width of the vein that was clicked on into the form."""
        if reading is None:
            self._panel.form.show_measured(
                None, _("No vein of known width where you clicked.")
            )
        else:
            self._panel.form.show_measured(reading.text, reading.sentence)

    def no_picture(self) -> None:
        """Say why a click on an empty canvas did nothing."""
        self._panel.say(
            _(
                "There is no picture to mark a site on: name the area and use Record "
                "without a picture"
            )
        )

    def ask_area(self) -> None:
        """Show the drawing of both legs, and take up what is pressed on it."""
        counts: dict[str, int] = {}
        for injection in self._log.session.injections:
            site = injection.site or ""
            counts[site] = counts.get(site, 0) + 1
        field = self._panel.form.fields["site"]
        dialog = AreaDialog(self._window, self._visit.facts, field.text(), counts)
        dialog.legs.chosen.connect(field.setText)
        self._open_dialog(dialog)

    def fill_as_last(self) -> None:
        """Fill the form in as the last injection that still holds; not the width."""
        held = [one for one in self._log.session.entries if one.voided_by is None]
        if not held:
            return
        last = self._log.as_given(held[-1].entry_id, EntryText(form=""))
        area = self._panel.form.entry.site or last.site
        self._panel.form.fill(replace(last, vein_diameter_mm="", site=area))

    def follow(self, pixels: object) -> None:
        """Find the marks again in the picture on the screen."""
        self.sites.follow(pixels)  # type: ignore[arg-type]  # a picture as it came

    def close(self) -> None:
        """Take a question off the screen; it counts as not answered."""
        self._closed = True
        self._next.stop()
        self.others.stop()
        self.checker.forget()
        self.sites.close()
        if self.dialog is not None:
            self.dialog.close()

    def show_log(self) -> None:
        """Show list, totals and marks as the store now holds them."""
        session, panel = self._log.session, self._panel
        said = totals(session, self._log.names)
        panel.log.show_rows(self._amending.rows(), said)
        count = len(session.injections)
        kinds = {(one.product, one.form) for one in session.injections}
        if len(kinds) < 2:
            said = plural("in {count} injection", "in {count} injections", count)
            said = said.format(count=count)
        panel.so_far.show_given(total_ml(session), said, len(session.entries))
        panel.form.last.setEnabled(bool(count))
        weighed = self._log.weighed
        kg = "" if weighed is None else str(weighed.weight)
        day = "" if weighed is None else f"{weighed.at:%d %b %Y}"
        panel.form.show_weight(kg, day)
        self.sites.show()

    def show_marks(self) -> None:
        """Draw the marks again: another picture, or another size of it."""
        self.sites.show()

    def forget_pictures(self) -> None:
        """Draw no mark any more that was made before: the camera began anew."""
        self.sites.forget()

    def _changed(self) -> None:
        """After this window has written; what is typed is checked anew."""
        self.show_log()
        self.check()

    def _others_wrote(self) -> None:
        self._panel.say(
            _("Another window has written to this record: the totals are new")
        )
        self.desk.tell_changed()

    def _record(self, entry: EntryText, site: Site | None, reason: str) -> None:
        self._panel.say("")
        self.checker.forget()
        self._panel.dose.show_view(checking())  # until the transaction has judged
        try:
            outcome = self.desk.write(
                lambda: self._log.record(entry, site, reason=reason)
            )
        except EntryError as error:
            self.check()
            why = "\n".join(error.problems.values())
            self._panel.form.show_problems(error.problems)
            self._panel.say(_("Nothing was recorded: {why}").format(why=why))
            tell(self._window, _("Nothing was recorded"), why)
            return
        if isinstance(outcome, Needs):
            self._ask_why(outcome, entry, site)
        elif outcome is not None:
            self._given(outcome, site)

    def _ask_why(self, needs: Needs, entry: EntryText, site: Site | None) -> None:
        view = self.checker.view(needs.judged)
        if needs.signed:
            view = _signed(view)
        self.checker.forget()
        self._panel.dose.show_view(view)
        dialog = ReasonDialog(
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
            self._visit.facts,
        )
        self._open_dialog(
            dialog, lambda: self._record(entry, site, dialog.reason_text), self.check
        )

    def _given(self, given: Given, site: Site | None) -> None:
        self._recorded_s = time.monotonic()
        if site is not None:
            newest = self._log.session.entries[-1].entry_id
            self.sites.place(newest, site.pixels)
        # Not to be checked before what the click found was seen.
        self._panel.form.blockSignals(True)
        self._panel.form.forget_width()
        self._panel.form.blockSignals(False)
        self.show_log()
        self.checker.check_room()
        if given.judged is not None:
            self.checker.show_judged(given.judged)
        self._next.start(_NEXT_MS)

    def _open_dialog(
        self,
        dialog: QDialog,
        accepted: Callable[[], None] = lambda: None,
        rejected: Callable[[], None] = lambda: None,
    ) -> None:
        self.dialog = dialog

        def done(result: int) -> None:
            # Before whatever the answer starts: a write may ask again, and while it
            # waits for the store this dialog is deleted.
            if self.dialog is dialog:
                self.dialog = None
            if result == QDialog.DialogCode.Accepted:
                accepted()
            else:
                rejected()

        dialog.finished.connect(done)
        dialog.open()


def _signed(found: DoseView) -> DoseView:
    """What was found, with why a reason is asked; a stop stays the headline."""
    kept = _("What is added now is kept as an amendment to it and needs a reason.")
    signed = _("THIS SESSION IS SIGNED")
    if found.verdict == "ok":
        return DoseView("warn", signed, (kept, *found.messages))
    return replace(found, messages=(f"{signed}. {kept}", *found.messages))
