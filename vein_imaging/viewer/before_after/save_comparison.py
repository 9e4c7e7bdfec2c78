"""The button "Save": the comparison as a picture, a page or a PDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtGui import QAction
from qtpy.QtWidgets import QMenu, QPushButton

from vein_imaging.treatment.compared_photos import ComparedPhotos
from vein_imaging.treatment.on_paper.print_comparison import (
    ComparisonFormat,
    comparison_file_name,
)
from vein_imaging.viewer.qt.save_file import FileSaver
from vein_imaging.words import translate as _

__all__ = ["SaveMenu"]

_KINDS: dict[ComparisonFormat, str] = {
    "png": "PNG (*.png)",
    "html": "HTML (*.html)",
    "pdf": "PDF (*.pdf)",
}


class SaveMenu:
    """A button with a menu; whose leg it is stands on the file unless it is not wanted.

    Parameters
    ----------
    saver : FileSaver
        Of the window behind: it tells how it went, even when this one is closed.
    compared : ComparedPhotos
    make : callable
        From the format, and whether the patient is named, to the file.
    """

    def __init__(
        self,
        saver: FileSaver,
        compared: ComparedPhotos,
        make: Callable[[ComparisonFormat, bool], bytes],
    ) -> None:
        self._compared = compared
        self._make = make
        self.saver = saver
        self.button = QPushButton(_("Save or print"))
        self.button.setAutoDefault(False)
        self.menu = QMenu(self.button)
        words: tuple[tuple[ComparisonFormat, str], ...] = (
            ("png", _("Picture")),
            ("html", _("Page with a slider, for a browser")),
            ("pdf", _("PDF to print")),
        )
        for form, text in words:
            action = QAction(text + "\N{HORIZONTAL ELLIPSIS}", self.menu)
            action.triggered.connect(partial(self._ask, form))
            self.menu.addAction(action)
        self.menu.addSeparator()
        self.named = QAction(_("Name and birth date on it"), self.menu)
        self.named.setCheckable(True)
        self.named.setChecked(True)
        self.menu.addAction(self.named)
        self.button.setMenu(self.menu)

    def _ask(self, form: ComparisonFormat, *_checked: object) -> None:
        named = self.named.isChecked()
        self.saver.ask(
            comparison_file_name(self._compared, form),
            _KINDS[form],
            lambda path: self._make(form, named),
        )
