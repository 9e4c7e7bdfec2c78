"""The strip above the picture: what the camera does, and how the picture is shown."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFont, QFontMetrics
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.live.camera_state import CameraState
from vein_imaging.viewer.qt.style import HEADLINE_PX, TARGET_PX, set_look, stylesheet
from vein_imaging.words import translate as _

__all__ = ["CameraStrip"]

_HEIGHT_PX = 66  # two lines of large letters, and no jump when a message comes
_MARGIN_PX = 4  # letters do not touch the coloured edge


class CameraStrip(QWidget):
    """Camera state in words; display, zoom, freeze, record and the record's buttons.

    Signals
    -------
    display_toggled(bool)
        True: show the panel for how the picture is shown.
    freeze_toggled(bool)
        True: hold the picture.
    zoom_asked(float)
        Factor; 0 means "fit the picture to the window".
    reconnect_asked()
        The camera failed or ended, and the person wants it back.
    photograph_asked(), compare_asked()
        Store the picture on the screen; compare two stored ones.
    """

    display_toggled = Signal(bool)
    freeze_toggled = Signal(bool)
    zoom_asked = Signal(float)
    reconnect_asked = Signal()
    photograph_asked = Signal()
    compare_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # Not left to the layout: a label that wraps asks for room it does not need.
        self.setFixedHeight(_HEIGHT_PX)
        self.setStyleSheet(stylesheet())
        self.state = QLabel(_("starting"))
        self.details = QLabel("")
        self.details.setProperty("role", "caption")
        self.state.setWordWrap(True)
        self.state.setMargin(_MARGIN_PX)
        for label in (self.state, self.details):
            # A long error must not push the window past the screen.
            label.setMinimumWidth(120)
        self.freeze = _button(_("Freeze"), checkable=True)
        self.freeze.setToolTip(_("Hold this picture to mark on it (space)"))
        self.reconnect = _button(_("Start camera again"))
        self.reconnect.hide()
        self.record = _button(_("Record"), checkable=True)
        self.record.setToolTip(_("Write every frame into a folder"))
        self.display = _button(_("Display"), checkable=True)
        self.display.setToolTip(_("How picture and veins are shown and searched"))
        self.photograph = _button(_("Photograph\N{HORIZONTAL ELLIPSIS}"))
        self.photograph.setToolTip(_("Store the picture on the screen in the record"))
        self.compare = _button(_("Before/after\N{HORIZONTAL ELLIPSIS}"))
        self.compare.setToolTip(_("Compare two photographs of this patient"))
        self.print = _button(_("Print"))
        self.print.setToolTip(_("Report, patient's sheet and calendar into a file"))
        self.print.hide()
        self._lay_out()
        self.freeze.toggled.connect(self.freeze_toggled)
        self.reconnect.clicked.connect(self.reconnect_asked)
        self.photograph.clicked.connect(self.photograph_asked)
        self.compare.clicked.connect(self.compare_asked)
        self.display.toggled.connect(self.display_toggled)

    def show_state(self, state: CameraState) -> None:
        """Show what the camera does now."""
        self.state.setText(state.headline)
        self.state.setToolTip(state.headline)
        set_look(self.state, "state", state.kind)
        # What is wrong takes the room of what would be nice to know.
        crowded = self._wide(state.headline) > self.state.width()
        set_look(self.state, "crowded", "true" if crowded else "false")
        self.details.setVisible(not crowded)
        self.details.setText(state.details)
        self.details.setToolTip(state.details)
        self.reconnect.setVisible(state.can_restart)
        self.freeze.setEnabled(state.has_picture)
        self.photograph.setEnabled(state.has_picture)
        self.record.setEnabled(state.has_picture or self.record.isChecked())

    def _wide(self, headline: str) -> int:
        """Width of a headline on one line, in the large letters of the style sheet."""
        large = QFont(self.state.font())
        large.setPixelSize(HEADLINE_PX)
        large.setBold(True)
        return QFontMetrics(large).horizontalAdvance(headline) + 2 * _MARGIN_PX

    def offer_print(self, menu: QMenu) -> None:
        """Show the button with what can be printed of the record."""
        self.print.setMenu(menu)
        self.print.show()

    def lock(self) -> None:
        """Hide the buttons of the record: it is closed."""
        for button in (self.photograph, self.compare, self.print):
            button.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.state)
        words.addWidget(self.details)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.reconnect)
        for text, tip, factor in (
            ("\N{MINUS SIGN}", _("Zoom out"), 1 / 1.25),
            ("+", _("Zoom in"), 1.25),
            (_("Fit"), _("Show the whole picture"), 0.0),
        ):
            button = _button(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, f=factor: self.zoom_asked.emit(f))
            row.addWidget(button)
        for button in (self.display, self.freeze, self.record, self.photograph):
            row.addWidget(button)
        row.addWidget(self.compare)
        row.addWidget(self.print)


def _button(text: str, *, checkable: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(checkable)
    button.setMinimumWidth(TARGET_PX)
    # Space and Enter belong to the fields; a stray key must not press a button.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
