"""A dialog about one patient: named on top, and as tall as its sentences need."""

from __future__ import annotations

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QResizeEvent, QShowEvent
from qtpy.QtWidgets import QDialog, QVBoxLayout, QWidget

from vein_imaging.treatment import VisitFacts
from vein_imaging.viewer.qt.patient_line import patient_line
from vein_imaging.viewer.qt.style import stylesheet

__all__ = ["PatientDialog"]


class PatientDialog(QDialog):
    """Opened with `open()`, never `exec()`: the camera goes on meanwhile.

    Parameters
    ----------
    parent : QWidget
    title : str
        Of the window.
    facts : VisitFacts, optional
        Whose record it is about; without one no name stands on top.
    """

    def __init__(
        self, parent: QWidget, title: str, facts: VisitFacts | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(stylesheet())
        self.setWindowTitle(title)
        self.column = QVBoxLayout(self)
        """Where what is asked goes, from top to bottom."""
        self.column.setSpacing(10)
        if facts is not None:
            self.column.addWidget(patient_line(facts))
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._grow)

    def _grow(self) -> None:
        """Leave no wrapped line cut off: Qt asks for the height of unwrapped ones."""
        needed = self.column.totalHeightForWidth(self.width())
        screen = self.screen()
        most = needed if screen is None else screen.availableGeometry().height()
        self.setMinimumHeight(min(max(needed, 0), most))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Fit the height to another width; Qt calls this."""
        super().resizeEvent(event)
        self._fit.start()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Fit the height to what is shown; Qt calls this."""
        super().showEvent(event)
        self._fit.start()
