"""The panel: every control gives one whole new value, and says what it does."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QAbstractButton, QComboBox, QSlider

from vein_imaging.capture import CaptureSettings
from vein_imaging.viewer.live.display_panel import DisplayPanel


@pytest.fixture
def panel(qtbot: QtBot) -> DisplayPanel:
    made = DisplayPanel(CaptureSettings(opacity=0.5))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_slider_sends_one_whole_new_value(panel: DisplayPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.settings_changed) as sent:
        panel.sensitivity.setValue(10)
    assert sent.args == [CaptureSettings(sensitivity=0.5, opacity=0.5)]


def test_modes_are_chosen_by_words(panel: DisplayPanel) -> None:
    panel.ground.setCurrentIndex(panel.ground.findData("green inverse"))
    panel.lines.setCurrentIndex(panel.lines.findData("outline"))
    panel.full.setChecked(True)
    settings = panel.settings
    assert (settings.ground, settings.lines) == ("green inverse", "outline")
    assert settings.quality == "full" and settings.opacity == 0.5


def test_the_range_of_widths_never_turns_over(panel: DisplayPanel) -> None:
    assert "every width" in panel.widths.text()
    panel.least.setValue(4)
    assert panel.settings.width_range_mm == (1.0, math.inf)
    assert panel.widths.text() == "Veins of 1.00 mm and wider"
    panel.most.setValue(2)
    assert panel.settings.width_range_mm == (0.5, 0.5)
    panel.least.setValue(12)
    assert panel.settings.width_range_mm == (3.0, 3.0)
    assert panel.widths.text() == "Veins of 3.00 to 3.00 mm"


def test_a_box_is_asked_for_used_and_left(panel: DisplayPanel, person: Any) -> None:
    asked: list[bool] = []
    panel.box_asked.connect(asked.append)
    person.click(panel.box)
    assert asked == [True]
    panel.use_box((1, 2, 30, 40))
    assert panel.settings.box == (1, 2, 30, 40)
    assert "everywhere" in panel.box.text() and panel.box.isChecked()
    person.click(panel.box)
    assert panel.settings.box is None and not panel.box.isChecked()
    assert asked == [True]


def test_earlier_pictures_are_offered_where_there_are_any(panel: DisplayPanel) -> None:
    assert not panel.earlier.isEnabled()
    panel.show_earlier(["04 Mar 2026, left thigh", "02 Jan 2026, left thigh"])
    rows: list[int] = []
    panel.earlier_chosen.connect(rows.append)
    panel.earlier.activated.emit(2)
    panel.earlier.activated.emit(0)
    assert panel.earlier.isEnabled() and rows == [1, -1]


def test_everything_has_a_name_and_44_px(panel: DisplayPanel) -> None:
    for button in panel.findChildren(QAbstractButton):
        assert button.height() >= 44 and button.text(), button
    for kind in (QComboBox, QSlider):
        for control in panel.findChildren(kind):
            assert control.height() >= 44 and control.accessibleName(), control
