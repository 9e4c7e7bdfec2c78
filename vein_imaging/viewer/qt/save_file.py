"""Asks where a file is to be written, makes it in a thread, and says how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QStandardPaths, Qt
from qtpy.QtWidgets import QFileDialog, QWidget

from vein_imaging.durable import write_durably
from vein_imaging.report.typeset import TypesetError
from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import RecordError
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.viewer.qt.message import tell
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["FileSaver"]

# What is no fault of the program, and is told in its own words.
_SAID = (RecordError, StoreError, TypesetError, ValueError, OSError)


class FileSaver:
    """One question at a time, and a message at the end.

    Parameters
    ----------
    window : QWidget
        Parent of both.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._open = True
        places = QStandardPaths.StandardLocation
        self._folder = QStandardPaths.writableLocation(places.DocumentsLocation)
        self.dialog: QFileDialog | None = None
        """The question that waits for an answer; None where none does."""

    def ask(self, name: str, kinds: str, make: Callable[[Path], bytes]) -> None:
        """Ask for a file, then make and write it: whole, or not at all.

        Parameters
        ----------
        name : str
            Proposed.
        kinds : str
            As Qt's file dialog names them.
        make : callable
            From the file to what it holds; called in a thread, touches no widget.
        """
        title = _("Where to write it")
        dialog = QFileDialog(self._window, title, self._folder, kinds)
        dialog.setStyleSheet(stylesheet())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.setDefaultSuffix(name.rpartition(".")[2])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._write(Path(path), make))
        dialog.finished.connect(self._answered)
        self.dialog = dialog
        dialog.open()

    def close(self) -> None:
        """Close the question; what is being made is not told any more."""
        self._open = False
        if self.dialog is not None:
            self.dialog.close()

    def _answered(self) -> None:
        self.dialog = None

    def failed(self, why: str) -> None:
        """Say that nothing was written, and why."""
        if self._open:
            tell(self._window, _("NOTHING WAS WRITTEN"), why)

    def _write(self, path: Path, make: Callable[[Path], bytes]) -> None:
        self._folder = str(path.parent)  # the next one is proposed beside it

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
            self.failed(why_not)
        elif self._open:
            tell(self._window, _("Written"), str(path), calm=True)
