from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QMessageBox, QWidget

from vein_imaging.viewer.qt.message import faults_shown


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_a_fault_in_a_slot_is_shown_once_and_ends_nothing(
    window: QWidget, qtbot: QtBot, capfd: pytest.CaptureFixture[str]
) -> None:
    count = 0

    def fail() -> None:
        nonlocal count
        count += 1
        raise ArithmeticError("thirteen")

    timer = QTimer()
    timer.timeout.connect(fail)
    before = sys.excepthook
    with faults_shown(window):
        timer.start(1)
        qtbot.waitUntil(lambda: count >= 3)
        timer.stop()
    assert sys.excepthook is before
    boxes = window.findChildren(QMessageBox)
    assert [box.text() for box in boxes] == ["A FAULT IN THE PROGRAM"]
    assert "ArithmeticError: thirteen" in boxes[0].informativeText()
    assert "thirteen" in capfd.readouterr().err
