"""The strip above the picture: what the camera does, and how the picture is shown."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFont, QFontMetrics
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.capture import CaptureSettings
from vein_imaging.viewer.live.camera_state import CameraState
from vein_imaging.viewer.qt.style import HEADLINE_PX, TARGET_PX, set_look, stylesheet
from vein_imaging.words import translate as _

__all__ = ["CameraStrip"]

_HEIGHT_PX = 66  # two lines of large letters, and no jump when a message comes
_MARGIN_PX = 4  # letters do not touch the coloured edge
_SLIDER_STEPS = 20  # a twentieth: fine enough by eye


class CameraStrip(QWidget):
    """Camera state in words; freeze, zoom, overlay and sensitivity.

    Parameters
    ----------
    settings : CaptureSettings
        At first.
    drawn_by : str
        What draws the picture, where that is to be said.

    Signals
    -------
    settings_changed(CaptureSettings)
        A whole new value.
    freeze_toggled(bool)
        True: hold the picture.
    zoom_asked(float)
        Factor; 0 means "fit the picture to the window".
    reconnect_asked()
        The camera failed or ended, and the person wants it back.
    photograph_asked(), compare_asked()
        Store the picture on the screen; compare two stored ones.
    """

    settings_changed = Signal(object)
    freeze_toggled = Signal(bool)
    zoom_asked = Signal(float)
    reconnect_asked = Signal()
    photograph_asked = Signal()
    compare_asked = Signal()

    def __init__(self, settings: CaptureSettings, drawn_by: str = "") -> None:
        super().__init__()
        self._drawn_by = drawn_by
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # Not left to the layout: a label that wraps asks for room it does not need.
        self.setFixedHeight(_HEIGHT_PX)
        self.setStyleSheet(stylesheet())
        self._settings = settings
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
        self.photograph = _button(_("Photograph\N{HORIZONTAL ELLIPSIS}"))
        self.photograph.setToolTip(_("Store the picture on the screen in the record"))
        self.compare = _button(_("Before/after\N{HORIZONTAL ELLIPSIS}"))
        self.compare.setToolTip(_("Compare two photographs of this patient"))
        self.print = _button(_("Print"))
        self.print.setToolTip(_("Report, patient's sheet and calendar into a file"))
        self.print.hide()
        self.tuning = QWidget()
        self.tuning.setObjectName("tuning")
        self.opacity = _slider(round(settings.opacity * _SLIDER_STEPS), 0)
        self.sensitivity = _slider(
            round(settings.sensitivity * _SLIDER_STEPS), -_SLIDER_STEPS
        )
        self._lay_out()
        self.freeze.toggled.connect(self.freeze_toggled)
        self.reconnect.clicked.connect(self.reconnect_asked)
        self.photograph.clicked.connect(self.photograph_asked)
        self.compare.clicked.connect(self.compare_asked)
        self.opacity.valueChanged.connect(self._tell_settings)
        self.sensitivity.valueChanged.connect(self._tell_settings)

    def show_state(self, state: CameraState) -> None:
        """Show what the camera does now."""
        self.state.setText(state.headline)
        self.state.setToolTip(state.headline)
        set_look(self.state, "state", state.kind)
        # What is wrong takes the room of what would be nice to know.
        crowded = self._wide(state.headline) > self.state.width()
        set_look(self.state, "crowded", "true" if crowded else "false")
        self.details.setVisible(not crowded)
        parts = (state.details, self._drawn_by)
        said = "  \N{MIDDLE DOT}  ".join(part for part in parts if part)
        self.details.setText(said)
        self.details.setToolTip(said)
        self.reconnect.setVisible(state.can_restart)
        self.tuning.setHidden(state.can_restart)
        self.freeze.setEnabled(state.has_picture)
        self.photograph.setEnabled(state.has_picture)

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

    def _tell_settings(self) -> None:
        self._settings = CaptureSettings(
            sensitivity=self.sensitivity.value() / _SLIDER_STEPS,
            quality=self._settings.quality,
            opacity=self.opacity.value() / _SLIDER_STEPS,
        )
        self.settings_changed.emit(self._settings)

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
        tuning = QHBoxLayout(self.tuning)
        tuning.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.tuning)
        for caption, slider in (
            (_("Veins drawn"), self.opacity),
            (_("Sensitivity"), self.sensitivity),
        ):
            label = QLabel(caption)
            label.setProperty("role", "caption")
            slider.setAccessibleName(caption)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(label)
            column.addWidget(slider)
            tuning.addLayout(column)
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
        row.addWidget(self.freeze)
        row.addWidget(self.photograph)
        row.addWidget(self.compare)
        row.addWidget(self.print)


def _button(text: str, *, checkable: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(checkable)
    button.setMinimumWidth(TARGET_PX)
    # Space and Enter belong to the fields; a stray key must not press a button.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _slider(value: int, lowest: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(lowest, _SLIDER_STEPS)
    slider.setValue(value)
    slider.setFixedWidth(100)
    return slider
