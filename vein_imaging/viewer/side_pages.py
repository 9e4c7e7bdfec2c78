"""The pages beside the picture: large buttons on top, one page below."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.qt.style import TARGET_PX, stylesheet

__all__ = ["SidePages"]

_WIDTH_PX = 500  # the log's columns fit, and 1366 px leave two thirds to the picture


class SidePages(QWidget):
    """Pages of one width, of which one is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(stylesheet())
        self.setFixedWidth(_WIDTH_PX)
        self._buttons = QButtonGroup(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(8, 6, 8, 6)
        self._row.setSpacing(6)
        self._pages = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self._pages, 1)
        self._buttons.idClicked.connect(self._pages.setCurrentIndex)

    def add(self, title: str, page: QWidget) -> None:
        """Add a page behind the others; the first one added is shown.

        Parameters
        ----------
        title : str
            Of its button: one word.
        page : QWidget
        """
        at = self._pages.addWidget(page)
        button = QPushButton(title)
        button.setCheckable(True)
        button.setMinimumHeight(TARGET_PX)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setChecked(at == 0)
        self._buttons.addButton(button, at)
        self._row.addWidget(button)
        # one page needs no choice
        for each in self._buttons.buttons():
            each.setVisible(self._pages.count() > 1)

    def show_page(self, page: QWidget) -> None:
        """Show a page that was added."""
        at = self._pages.indexOf(page)
        self._pages.setCurrentIndex(at)
        button = self._buttons.button(at)
        if button is not None:
            button.setChecked(True)

    @property
    def titles(self) -> tuple[str, ...]:
        """The buttons' texts, from the left."""
        return tuple(button.text() for button in self._buttons.buttons())

    @property
    def shown(self) -> QWidget | None:
        """The page that is shown."""
        return self._pages.currentWidget()
