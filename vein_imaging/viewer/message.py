"""A sentence that a person must have seen."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMessageBox, QWidget

from vein_imaging.viewer.style import stylesheet

__all__ = ["tell"]


def tell(parent: QWidget, headline: str, text: str) -> None:
    """Show a message until it is closed; everything behind it goes on.

    Parameters
    ----------
    parent : QWidget
    headline, text : str
        What happened, and why or what to do.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setStyleSheet(stylesheet())
    box.setIcon(QMessageBox.Icon.Critical)
    box.setText(headline)
    box.setInformativeText(text)
    box.open()
