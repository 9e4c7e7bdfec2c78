from typing import Any

from pytestqt.qtbot import QtBot

from vein_imaging.capture import CaptureSettings
from vein_imaging.viewer.camera_state import CameraState
from vein_imaging.viewer.camera_strip import CameraStrip


def _strip(qtbot: QtBot) -> CameraStrip:
    strip = CameraStrip(CaptureSettings(opacity=0.5))
    qtbot.addWidget(strip)
    strip.show()
    return strip


def test_a_slider_sends_one_whole_new_value(qtbot: QtBot) -> None:
    strip = _strip(qtbot)
    with qtbot.waitSignal(strip.settings_changed) as sent:
        strip.sensitivity.setValue(10)
    assert sent.args == [CaptureSettings(sensitivity=0.5, opacity=0.5)]


def test_everything_pressed_is_at_least_44_px(qtbot: QtBot) -> None:
    strip = _strip(qtbot)
    assert strip.freeze.width() >= 44 and strip.freeze.height() >= 44


def test_the_state_is_shown_in_words_and_offers_what_can_be_done(
    qtbot: QtBot, person: Any
) -> None:
    strip = _strip(qtbot)
    strip.show_state(CameraState("bad", "CAMERA FAILED: unplugged", "x", True, False))
    assert strip.state.text() == "CAMERA FAILED: unplugged"
    assert strip.reconnect.isVisible() and not strip.freeze.isEnabled()
    with qtbot.waitSignal(strip.reconnect_asked):
        person.click(strip.reconnect)


def test_freeze_is_a_switch(qtbot: QtBot, person: Any) -> None:
    strip = _strip(qtbot)
    strip.show_state(CameraState("live", "LIVE", "", False, True))
    with qtbot.waitSignal(strip.freeze_toggled) as sent:
        person.click(strip.freeze)
    assert sent.args == [True]
