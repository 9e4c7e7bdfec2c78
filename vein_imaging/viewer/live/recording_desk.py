"""Records the camera into a folder that is chosen, beside the live picture."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from qtpy.QtCore import QObject, QStandardPaths, Qt, Signal
from qtpy.QtWidgets import QFileDialog, QPushButton, QWidget

from vein_imaging.capture import LiveFeed, Recorded
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.message import tell
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["RecordingDesk"]


class RecordingDesk(QObject):
    """One button: where to, then so many frames, then stop.

    Parameters
    ----------
    feed : LiveFeed
        Whose frames are written.
    button : QPushButton
        Checkable; says how many frames are on the disk.
    window : QWidget
        Parent of the dialogs.
    """

    _counted = Signal(int)

    def __init__(self, feed: LiveFeed, button: QPushButton, window: QWidget) -> None:
        super().__init__()
        self._feed, self._button, self._window = feed, button, window
        self._words = button.text()
        self._stop = threading.Event()
        self._open = True
        self._work: InBackground | None = None
        self.dialog: QFileDialog | None = None
        """The question that waits for an answer; None where none does."""
        button.clicked.connect(self._pressed)
        self._counted.connect(self._count)

    @property
    def recording(self) -> bool:
        """Whether frames are being written."""
        return self._work is not None

    def close(self) -> None:
        """End the recording; what is on the disk stays."""
        self._open = False
        self._stop.set()
        if self.dialog is not None:
            self.dialog.close()

    def record(self, parent: Path) -> None:
        """Record into a new folder inside this one until it is stopped.

        Parameters
        ----------
        parent : Path
        """
        now = datetime.now().astimezone()
        folder = parent / f"recording-{now:%Y%m%d-%H%M%S}"
        self._stop.clear()
        self._count(0)
        self._work = work = InBackground(
            self._feed.record,
            folder,
            stopped=self._stop.is_set,
            told=self._counted.emit,
        )
        work.returned.connect(lambda done: self._done(done, folder))
        work.errored.connect(self._failed)
        work.finished.connect(self._ended)
        work.start()

    def _pressed(self) -> None:
        if self._work is not None:
            self._stop.set()
            self._button.setChecked(True)  # until the last frame is on the disk
            return
        self._button.setChecked(False)
        places = QStandardPaths.StandardLocation  # not where another person was last
        self.dialog = dialog = QFileDialog(
            self._window,
            _("Record into which folder? Whoever opens it sees the pictures"),
            QStandardPaths.writableLocation(places.MoviesLocation),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.fileSelected.connect(lambda chosen: self.record(Path(chosen)))
        dialog.finished.connect(self._answered)
        dialog.open()

    def _answered(self) -> None:
        self.dialog = None

    def _count(self, frames: int) -> None:
        if not self._open:  # the window went first, and its button with it
            return
        self._button.setChecked(True)
        self._button.setText(_("Stop ({frames})").format(frames=frames))

    def _done(self, done: Recorded, folder: Path) -> None:
        if not self._open:
            return
        words = plural(
            "{count} frame is in {folder}.", "{count} frames are in {folder}.",
            done.frames,
        ).format(count=done.frames, folder=folder)  # fmt: skip
        parts = [words, _("This folder is not part of the record, nor locked.")]
        if done.lost:
            lost = _("{lost} were left out: the disk was too slow.")
            parts.append(lost.format(lost=done.lost))
        headline = _("Recorded")
        if done.problem:
            headline = _("THE RECORDING ENDED BY ITSELF")
            parts.insert(0, done.problem)
        tell(self._window, headline, "\n".join(parts))

    def _failed(self, error: Exception) -> None:
        if self._open:
            tell(self._window, _("NOTHING WAS RECORDED"), str(error))

    def _ended(self) -> None:
        self._work = None
        if self._open:
            self._button.setChecked(False)
            self._button.setText(self._words)
