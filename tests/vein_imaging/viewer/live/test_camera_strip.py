from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from vein_imaging.viewer.live.camera_state import CameraState
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.qt.style import stylesheet


def _strip(qtbot: QtBot) -> CameraStrip:
    strip = CameraStrip()
    qtbot.addWidget(strip)
    strip.show()
    return strip


def test_everything_pressed_is_at_least_44_px(qtbot: QtBot) -> None:
    strip = _strip(qtbot)
    assert strip.freeze.width() >= 44 and strip.freeze.height() >= 44


def test_the_state_is_shown_in_words_and_offers_what_can_be_done(
    qtbot: QtBot, person: Any
) -> None:
    strip = _strip(qtbot)
    strip.show_state(
        CameraState("bad", "", "CAMERA FAILED: unplugged", "x", True, False)
    )
    assert strip.state.text() == "CAMERA FAILED: unplugged"
    assert strip.reconnect.isVisible() and not strip.freeze.isEnabled()
    with qtbot.waitSignal(strip.reconnect_asked):
        person.click(strip.reconnect)


def test_a_long_failure_is_not_cut_off(qtbot: QtBot) -> None:
    strip = _strip(qtbot)
    strip.setStyleSheet(stylesheet())
    strip.resize(1366, 64)
    why = (
        "CAMERA FAILED: uvc:1234: no permission for /dev/video0; type "
        "sudo usermod -aG video ann, log out, and log in again"
    )
    strip.show_state(CameraState("bad", "", why, "x", True, True))
    label = strip.state
    QApplication.processEvents()
    needed = label.fontMetrics().boundingRect(
        0, 0, label.width() - 20, 1000, Qt.TextFlag.TextWordWrap, why
    )
    assert needed.height() <= label.height()
    assert not strip.details.isVisible()


def test_freeze_is_a_switch(qtbot: QtBot, person: Any) -> None:
    strip = _strip(qtbot)
    strip.show_state(CameraState("live", "", "LIVE", "", False, True))
    with qtbot.waitSignal(strip.freeze_toggled) as sent:
        person.click(strip.freeze)
    assert sent.args == [True]
