"""Takes photographs for the record and shows two of them compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtWidgets import QDialog, QWidget

from vein_devices.cameras import what_it_shows
from vein_devices.frame import Pixels
from vein_imaging.comparison import Comparison, compare
from vein_imaging.treatment import RecordError, VisitFacts, may_say
from vein_imaging.treatment.photographs import Circumstances, Photo, Photographs
from vein_imaging.viewer.before_after.comparison_window import ComparisonWindow
from vein_imaging.viewer.before_after.photograph_dialog import (
    CompareDialog,
    PhotographDialog,
)
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import translate as _

__all__ = ["PhotoDesk"]


class PhotoDesk:
    """Wires the strip's two buttons to the record and the comparison.

    Parameters
    ----------
    photographs : Photographs
        Of the patient.
    strip : CameraStrip
    live : LiveView
        What is on the screen.
    window : QWidget
        Parent of the dialogs.
    address : str
        Of the camera: says what its pictures are.
    facts : VisitFacts, optional
        Whose pictures they are: on top of every question.
    """

    def __init__(
        self,
        photographs: Photographs,
        strip: CameraStrip,
        live: LiveView,
        window: QWidget,
        address: str,
        facts: VisitFacts | None = None,
    ) -> None:
        self._address = address
        self._facts = facts
        self._photographs = photographs
        self._strip = strip
        self._live = live
        self._window = window
        self._open = True
        self._last: Circumstances | None = None
        self.dialog: QDialog | None = None
        """The question that waits for an answer; None where none does."""
        self.comparison: ComparisonWindow | None = None
        """The comparison on the screen; None where none is."""
        strip.photograph_asked.connect(self.photograph)
        strip.compare_asked.connect(self.compare)

    def close(self) -> None:
        """Close everything; an answer that comes later is not shown any more."""
        self._open = False
        for shown in (self.dialog, self.comparison):
            if shown is not None:
                shown.close()

    def photograph(self) -> None:
        """Ask how the picture on the screen was taken, then store it."""
        shown = self._live.shown
        if shown is None:
            return
        # The picture that was on the screen at the press, not a later one.
        frame = shown.frame
        found = shown.result.vein_map if shown.result is not None else None
        mm_per_pixel = None if found is None else found.mm_per_pixel
        signed = self._photographs.signed
        dialog = PhotographDialog(
            self._window,
            self._last,
            picture=frame.pixels,
            facts=self._facts,
            injected=self._photographs.injected,
            ask_reason=signed,
        )

        def store() -> None:
            how = dialog.circumstances
            try:
                waited_for(
                    self._window,
                    partial(
                        self._photographs.take,
                        frame.pixels,
                        how,
                        mm_per_pixel,
                        shows=what_it_shows(self._address),
                        reason=dialog.reason_text,
                    ),
                )
            except RecordError as error:
                tell(self._window, _("THE PHOTOGRAPH WAS NOT STORED"), str(error))
                return
            self._last = how

        self._ask(dialog, store)

    def compare(self) -> None:
        """Ask for two photographs, compare them, and show the result."""
        photos = self._photographs.all()
        if len(photos) < 2:
            tell(
                self._window,
                _("Two photographs are needed"),
                _(
                    "This patient's record holds {photos}. Take one with "
                    "\N{LEFT DOUBLE QUOTATION MARK}Photograph"
                    "\N{RIGHT DOUBLE QUOTATION MARK}."
                ).format(photos=len(photos)),
            )
            return
        dialog = CompareDialog(self._window, photos)
        self._ask(dialog, lambda: self._compare(*dialog.chosen))

    def _compare(self, before: Photo, after: Photo) -> None:
        try:
            pictures = (
                self._picture(before),
                self._picture(after),
            )
        except RecordError as error:
            tell(self._window, _("THE PICTURES CANNOT BE COMPARED"), str(error))
            return
        scale = None
        if before.mm_per_pixel is not None and after.mm_per_pixel is not None:
            scale = before.mm_per_pixel, after.mm_per_pixel
        self._strip.compare.setEnabled(False)
        self._strip.compare.setText(_("Comparing\N{HORIZONTAL ELLIPSIS}"))
        # Seconds of work: in a thread, whose answer Qt brings back to this one.
        worker = InBackground(compare, *pictures, mm_per_pixel=scale)
        worker.returned.connect(
            lambda found: self._show(found, pictures, before, after)
        )
        worker.errored.connect(self._failed)
        worker.finished.connect(self._compared)
        worker.start()

    def _picture(self, photo: Photo) -> Pixels:
        return waited_for(self._window, lambda: self._photographs.picture(photo))

    def _failed(self, error: Exception) -> None:
        if self._open:
            tell(self._window, _("THE PICTURES CANNOT BE COMPARED"), str(error))

    def _compared(self) -> None:
        if self._open:
            self._strip.compare.setEnabled(True)
            self._strip.compare.setText(_("Before/after\N{HORIZONTAL ELLIPSIS}"))

    def _show(
        self,
        found: Comparison,
        pictures: tuple[Pixels, Pixels],
        before: Photo,
        after: Photo,
    ) -> None:
        if not self._open:
            return
        said = may_say(found, self._photographs.days(before, after))
        days = (before.day, after.day)
        self.comparison = ComparisonWindow(self._window, *pictures, found, days, said)
        self.comparison.finished.connect(self._closed)
        self.comparison.resize(self._window.size() * 0.9)
        self.comparison.show()

    def _closed(self) -> None:
        self.comparison = None

    def _ask(self, dialog: QDialog, answered: Callable[[], None]) -> None:
        self.dialog = dialog

        def done(result: int) -> None:
            self.dialog = None
            if result == QDialog.DialogCode.Accepted:
                answered()

        dialog.finished.connect(done)
        dialog.open()
