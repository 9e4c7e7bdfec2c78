from __future__ import annotations

import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QPushButton

from vein_imaging.viewer.qt.waiting import waited_for


def test_what_is_quick_is_done_in_another_thread_and_returned(qtbot: QtBot) -> None:
    assert waited_for(None, threading.get_ident) != threading.get_ident()


def test_what_it_raises_is_raised(qtbot: QtBot) -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        waited_for(None, fail)


def test_while_a_server_says_nothing_the_window_goes_on_and_takes_no_click(
    qtbot: QtBot, person: Any
) -> None:
    button = QPushButton("record")
    qtbot.addWidget(button)
    button.show()
    clicked: list[bool] = []
    button.clicked.connect(clicked.append)
    answered = threading.Event()
    drawn: list[int] = []

    def tick() -> None:
        drawn.append(len(drawn))
        person.click(button)
        button.close()
        if len(drawn) == 5:
            answered.set()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(10)
    assert waited_for(button, lambda: answered.wait(60) and "there") == "there"
    timer.stop()
    assert len(drawn) >= 5
    assert clicked == []
    assert button.isVisible()
    person.click(button)
    assert clicked == [False]


def test_a_long_silence_is_said(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    answered = threading.Event()

    def show(box: Any) -> None:
        shown.append(box.labelText())
        answered.set()

    target = "vein_imaging.viewer.qt.waiting"
    monkeypatch.setattr(f"{target}._SAID_AFTER_MS", 1)
    monkeypatch.setattr(f"{target}.QProgressDialog.show", show)
    waited_for(None, lambda: answered.wait(60))
    (said,) = shown
    assert "does not answer yet" in said
