"""Takes photographs for the record and shows some of them compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from qtpy.QtWidgets import QDialog, QWidget

from vein_devices.cameras import what_it_shows
from vein_imaging.treatment import RecordError, Visit
from vein_imaging.treatment.compared_photos import ComparedPhotos, compare_photos
from vein_imaging.treatment.on_paper.print_comparison import (
    ComparisonFormat,
    comparison_file,
)
from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.viewer.before_after.compare_page import ComparePage
from vein_imaging.viewer.before_after.comparison_window import ComparisonWindow
from vein_imaging.viewer.before_after.photograph_dialog import PhotographDialog
from vein_imaging.viewer.before_after.save_comparison import SaveMenu
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.save_file import FileSaver
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["PhotoDesk"]


class PhotoDesk:
    """Wires the strip's button and the page to the record and the comparison.

    Parameters
    ----------
    visit : Visit
    strip : CameraStrip
    live : LiveView
        What is on the screen.
    window : QWidget
        Parent of the dialogs.
    address : str
        Of the camera: says what its pictures are.
    """

    def __init__(
        self,
        visit: Visit,
        strip: CameraStrip,
        live: LiveView,
        window: QWidget,
        address: str,
    ) -> None:
        self._address = address
        self._visit = visit
        self._live = live
        self._window = window
        self._open = True
        self._last: Circumstances | None = None
        self._saver = FileSaver(window)
        self.page = ComparePage(visit.photographs)
        """The patient's photographs, to choose from."""
        self.dialog: QDialog | None = None
        """The question that waits for an answer; None where none does."""
        self.comparison: ComparisonWindow | None = None
        """The comparison on the screen; None where none is."""
        strip.photograph_asked.connect(self.photograph)
        self.page.asked.connect(self.compare)

    def close(self) -> None:
        """Close everything; an answer that comes later is not shown any more."""
        self._open = False
        for shown in (self.dialog, self.comparison):
            if shown is not None:
                shown.close()
        self._saver.close()
        self.page.close_record()

    def photograph(self) -> None:
        """Ask how the picture on the screen was taken, then store it."""
        shown = self._live.shown
        if shown is None:
            return
        # The picture that was on the screen at the press, not a later one.
        frame = shown.frame
        found = shown.result.vein_map if shown.result is not None else None
        mm_per_pixel = None if found is None else found.mm_per_pixel
        photographs = self._visit.photographs
        dialog = PhotographDialog(
            self._window,
            self._last,
            picture=frame.pixels,
            facts=self._visit.facts,
            age_s=time.monotonic() - frame.taken_s,
            injected=photographs.injected,
            ask_reason=photographs.signed,
        )

        def store() -> None:
            how = dialog.circumstances
            try:
                waited_for(
                    self._window,
                    partial(
                        photographs.take,
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
            self.page.refresh()

        self._ask(dialog, store)

    def compare(self, photos: Sequence[Photo]) -> None:
        """Compare photographs beside the camera, and show the result.

        Parameters
        ----------
        photos : sequence of Photo
            Of the page; the oldest first.
        """
        self.page.show_busy(
            plural(
                "Comparing {count} picture: some seconds\N{HORIZONTAL ELLIPSIS}",
                "Comparing {count} pictures: some seconds\N{HORIZONTAL ELLIPSIS}",
                len(photos),
            ).format(count=len(photos))
        )
        # Seconds of work: in a thread, whose answer Qt brings back to this one.
        worker = InBackground(compare_photos, self._visit, photos)
        worker.returned.connect(self._show)
        worker.errored.connect(self._failed)
        worker.finished.connect(self._compared)
        worker.start()

    def _failed(self, error: Exception) -> None:
        if self._open:
            tell(self._window, _("THE PICTURES CANNOT BE COMPARED"), str(error))

    def _compared(self) -> None:
        if self._open:
            self.page.show_busy("")

    def _show(self, found: ComparedPhotos) -> None:
        if not self._open:
            return

        def make(form: ComparisonFormat, named: bool) -> bytes:
            return comparison_file(self._visit, found, form, named=named)

        save = SaveMenu(self._saver, found, make)
        window = ComparisonWindow(self._window, found, self._visit.facts, save)
        self.comparison = window
        window.finished.connect(self._closed)
        window.resize(self._window.size() * 0.9)
        window.show()

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
