"""How the picture is shown and searched: a panel beside it, opened when wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.capture import CaptureSettings
from vein_imaging.imaging.display import GroundMode, LineMode
from vein_imaging.viewer.qt.style import TARGET_PX, stylesheet
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["DisplayPanel"]

_WIDTH_PX = 320  # the longest words fit, and 1280 px leave a third to the picture
_STEPS = 20  # a twentieth: fine enough by eye
_WIDEST_STEP = 16  # of a quarter of a millimetre: 4 mm is "and wider"
_STEP_MM = 0.25  # finer than that no width is measured

_GROUNDS: dict[GroundMode, str] = {
    "camera": marked("As the camera sees it"),
    "inverted": marked("Inverted"),
    "green": marked("Green light, dark veins"),
    "green inverse": marked("Green light, bright veins"),
    "amber": marked("Amber light, dark veins"),
    "amber inverse": marked("Amber light, bright veins"),
}
_LINES: dict[LineMode, str] = {
    "classes": marked("Colour by class"),
    "outline": marked("Outline"),
    "none": marked("Off"),
}


class DisplayPanel(QWidget):
    """Picture, veins, search, earlier picture; tells of every change as one value.

    Parameters
    ----------
    settings : CaptureSettings
        At first.

    Signals
    -------
    settings_changed(CaptureSettings)
        A whole new value.
    magnifier_toggled(bool)
    box_asked(bool)
        True: the person wants to draw where to look.
    earlier_chosen(int)
        Row of the list of earlier pictures; -1 for none.
    ghost_changed(float)
        How strongly the earlier picture covers the live one.
    """

    settings_changed = Signal(object)
    magnifier_toggled = Signal(bool)
    box_asked = Signal(bool)
    earlier_chosen = Signal(int)
    ghost_changed = Signal(float)

    def __init__(self, settings: CaptureSettings) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(stylesheet())
        self.setFixedWidth(_WIDTH_PX)
        self._settings = settings
        self.ground = _choice(_GROUNDS, settings.ground)
        self.lines = _choice(_LINES, settings.lines)
        self.opacity = _slider(round(settings.opacity * _STEPS), 0, _STEPS)
        self.sensitivity = _slider(
            round(settings.sensitivity * _STEPS), -_STEPS, _STEPS
        )
        self.least = _slider(0, 0, _WIDEST_STEP)
        self.most = _slider(_WIDEST_STEP, 0, _WIDEST_STEP)
        self.widths = QLabel("")
        self.full = QCheckBox(_("Full search (slower)"))
        self.full.setMinimumHeight(TARGET_PX)
        self.full.setChecked(settings.quality == "full")
        self.magnifier = _switch(_("Magnifier"))
        self.box = _switch(_("Look only in a box\N{HORIZONTAL ELLIPSIS}"))
        self.earlier = QComboBox()
        self.earlier.setAccessibleName(_("Earlier picture"))
        self.ghost = _slider(8, 0, _STEPS)
        self.show_earlier(())
        self._lay_out()
        self._say_widths()
        for slider in (self.opacity, self.sensitivity, self.least, self.most):
            slider.valueChanged.connect(self._tell)
        for box in (self.ground, self.lines):
            box.currentIndexChanged.connect(self._tell)
        self.full.toggled.connect(self._tell)
        self.magnifier.toggled.connect(self.magnifier_toggled)
        self.box.clicked.connect(self._ask_for_box)
        self.earlier.activated.connect(lambda at: self.earlier_chosen.emit(at - 1))
        self.ghost.valueChanged.connect(lambda at: self.ghost_changed.emit(at / _STEPS))

    @property
    def settings(self) -> CaptureSettings:
        """What is set."""
        return self._settings

    @property
    def ghost_opacity(self) -> float:
        """How strongly the earlier picture covers the live one."""
        return float(self.ghost.value() / _STEPS)

    def show_earlier(self, names: Sequence[str]) -> None:
        """Offer earlier pictures, the newest first."""
        self.earlier.clear()
        self.earlier.addItem(
            _("None") if names else _("None in the record"),
        )
        self.earlier.addItems(list(names))
        self.earlier.setEnabled(bool(names))
        self.ghost.setEnabled(bool(names))

    def use_box(self, box: tuple[int, int, int, int] | None) -> None:
        """Look only in this box, or where skin is."""
        self.box.setChecked(box is not None)
        self.box.setText(
            _("Look only in a box\N{HORIZONTAL ELLIPSIS}")
            if box is None
            else _("Box: press to look everywhere")
        )
        self._settings = replace(self._settings, box=box)
        self.settings_changed.emit(self._settings)

    def _ask_for_box(self) -> None:
        if self._settings.box is not None:
            self.use_box(None)
        else:
            self.box_asked.emit(self.box.isChecked())

    def _tell(self) -> None:
        if self.sender() is self.least and self.least.value() > self.most.value():
            self.most.setValue(self.least.value())
        if self.sender() is self.most and self.most.value() < self.least.value():
            self.least.setValue(self.most.value())
        widest = self.most.value()
        most_mm = math.inf if widest == _WIDEST_STEP else widest * _STEP_MM
        self._settings = replace(
            self._settings,
            sensitivity=self.sensitivity.value() / _STEPS,
            opacity=self.opacity.value() / _STEPS,
            quality="full" if self.full.isChecked() else "fast",
            ground=self.ground.currentData(),
            lines=self.lines.currentData(),
            width_range_mm=(self.least.value() * _STEP_MM, most_mm),
        )
        self._say_widths()
        self.settings_changed.emit(self._settings)

    def _say_widths(self) -> None:
        least_mm, most_mm = self._settings.width_range_mm
        if (least_mm, most_mm) == (0.0, math.inf):
            words = _("Veins of every width")
        elif math.isinf(most_mm):
            words = _("Veins of {least:.2f} mm and wider")
        else:
            words = _("Veins of {least:.2f} to {most:.2f} mm")
        self.widths.setText(words.format(least=least_mm, most=most_mm))

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for title, parts in (
            (_("Picture"), (self.ground, self.magnifier)),
            (_("Veins drawn as"), (self.lines,)),
            (_("How strongly"), (self.opacity,)),
            (_("Sensitivity to faint veins"), (self.sensitivity,)),
            (_("Widths drawn, from and to"), (self.least, self.most, self.widths)),
            (_("Search"), (self.full, self.box)),
            (_("Earlier picture over this one"), (self.earlier, self.ghost)),
        ):
            label = QLabel(title)
            label.setProperty("role", "caption")
            column.addWidget(label)
            for part in parts:
                if isinstance(part, QSlider | QComboBox):
                    part.setAccessibleName(title)
                column.addWidget(part)
        self.extra = QGridLayout()
        column.addLayout(self.extra)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)


def _choice(words: dict[GroundMode, str] | dict[LineMode, str], at: str) -> QComboBox:
    box = QComboBox()
    for mode, text in words.items():
        box.addItem(_(text), mode)
    box.setCurrentIndex(box.findData(at))
    return box


def _switch(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _slider(value: int, lowest: int, highest: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(lowest, highest)
    slider.setValue(value)
    slider.setMinimumHeight(TARGET_PX)
    return slider
