"""Connects form, log, dose panel, list and marks. All decisions are the log's."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from napari import Viewer
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.entry import EntryError, EntryText
from vein_imaging.viewer.injecting.dose_view import not_checked
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.live.vein_reading import VeinReading
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.napari_private import SitePoints
from vein_imaging.viewer.session_record import RecordError
from vein_imaging.viewer.site_log import InjectionLog, Needs, Site
from vein_imaging.words import translate as _

__all__ = ["SiteRecorder"]

_TREMBLE_S = 1.0
"""Two injections are never given this close together: the second click is a slip."""
_MARKS_ACROSS = 36
"""So many marks side by side fill the picture's width."""
_LEAST_ON_SCREEN_PX = 26
"""Smallest mark on the screen: its number stays readable."""


class SiteRecorder:
    """Records sites that are clicked and shows what the log then holds.

    Parameters
    ----------
    log : InjectionLog
        Checks and records.
    panel : InjectionPanel
        Form, dose panel and list.
    sites : SitePoints
        Marks on the picture.
    viewer : Viewer
        Holds the layer "picture" that they lie on.
    window : QWidget
        Parent of the dialogs.
    """

    def __init__(
        self,
        log: InjectionLog,
        panel: InjectionPanel,
        sites: SitePoints,
        viewer: Viewer,
        window: QWidget,
    ) -> None:
        self._log = log
        self._panel = panel
        self._sites = sites
        self._picture = viewer.layers["picture"]
        self._camera = viewer.scene.camera
        self._window = window
        self.dialog: ReasonDialog | None = None
        """The question that waits for an answer; None where none does."""
        self._recorded_s = -math.inf
        panel.logging_toggled.connect(self._forget_last)
        panel.form.changed.connect(self.check)
        panel.log.void_asked.connect(self.ask_to_void)
        self.show_log()

    def _forget_last(self) -> None:
        self._recorded_s = -math.inf

    @property
    def switched_on(self) -> bool:
        """Whether a click on the picture records."""
        return bool(self._panel.log_sites.isChecked()) and self.dialog is None

    def check(self) -> None:
        """Check what is typed and show the answer, before any needle."""
        problems: dict[str, str] = {}
        try:
            view = self._log.check(self._panel.form.entry)
        except EntryError as error:
            view, problems = not_checked(), error.problems
        self._panel.form.show_problems(problems)
        self._panel.dose.show_view(view)

    def clicked(self, site: Site) -> None:
        """Record the typed injection at this site, or say why not."""
        if time.monotonic() - self._recorded_s < _TREMBLE_S:
            return
        self._record(self._panel.form.entry, site, reason=None)

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
        row = next(row for row in self._log.rows() if row.entry_id == entry_id)
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
        if self.dialog is not None:
            self.dialog.close()

    def show_log(self) -> None:
        """Show list, totals and marks as the store now holds them."""
        self._panel.log.show_rows(self._log.rows(), self._log.totals())
        self.show_marks()
        self.check()

    def show_marks(self) -> None:
        """Show the marks, in a size that suits the picture."""
        marks = self._log.marks()
        self._sites.sync(
            np.array([mark.point_rc for mark in marks], dtype=float),
            [mark.label for mark in marks],
            [mark.colour for mark in marks],
            [mark.symbol for mark in marks],
            size_px=self._mark_size_px(),
        )

    def show_marks_in_size(self) -> None:
        """Fit the marks to another zoom."""
        self._sites.resize_marks(self._mark_size_px())

    def _mark_size_px(self) -> float:
        suits_picture = self._picture.data.shape[1] / _MARKS_ACROSS
        return float(max(suits_picture, _LEAST_ON_SCREEN_PX / self._camera.zoom))

    def _record(self, entry: EntryText, site: Site, reason: str | None) -> None:
        try:
            outcome = self._log.record(entry, site, reason=reason)
        except EntryError as error:
            self._panel.form.show_problems(error.problems)
            tell(
                self._window,
                _("Nothing was recorded"),
                "\n".join(error.problems.values()),
            )
            return
        except RecordError as error:
            tell(self._window, _("NOTHING WAS RECORDED"), str(error))
            return
        if isinstance(outcome, Needs):
            self.check()  # the store may know of more than this window did
            self._ask(
                ReasonDialog(
                    self._window,
                    "stop",
                    outcome.view.headline,
                    (
                        *outcome.view.messages,
                        _(
                            "Not recorded yet. If this injection has already been "
                            "given, it must be recorded: type why."
                        ),
                    ),
                    _("It was given: record it"),
                ),
                lambda why: self._record(entry, site, reason=why),
            )
            return
        self._recorded_s = time.monotonic()
        self.show_log()

    def _ask(self, dialog: ReasonDialog, answered: Callable[[str], None]) -> None:
        self.dialog = dialog

        def done(result: int) -> None:
            self.dialog = None
            if result == ReasonDialog.DialogCode.Accepted:
                answered(dialog.reason_text)

        dialog.finished.connect(done)
        dialog.open()

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except RecordError as error:
            tell(self._window, _("NOTHING WAS RECORDED"), str(error))
            return
        self.show_log()
