from __future__ import annotations

import threading
from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QLineEdit

from vein_imaging.viewer.qt.desk_lock import DeskLock


class _Desk:
    left_alone = False
    locked = False
    touched = 0

    def touch(self) -> None:
        self.touched += 1


def test_keys_and_clicks_say_that_a_person_is_there_once_a_second(
    qtbot: QtBot, person: Any
) -> None:
    now_s = 100.0
    desk = _Desk()
    lock = DeskLock(desk, lambda: None, clock=lambda: now_s)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    person.types(field, "0.2")
    assert desk.touched == 0  # less than a second since the start
    now_s = 101.5
    person.types(field, "0.2")
    assert desk.touched == 1 and field.text() == "0.20.2"
    now_s = 103.0
    person.presses(field, Qt.Key.Key_Tab)
    assert desk.touched == 2
    lock.stop()
    now_s = 110.0
    person.types(field, "1")
    assert desk.touched == 2


def test_a_lock_is_told_once(qtbot: QtBot) -> None:
    desk = _Desk()
    told: list[str] = []
    lock = DeskLock(desk, lambda: told.append("locked"))
    lock.look()
    assert told == []
    desk.locked = True
    lock.look()
    assert told == ["locked"]
    assert not lock._timer.isActive()


class _SlowDesk(_Desk):
    """Its store is on a server that says nothing."""

    left_alone = True

    def __init__(self) -> None:
        self.answer = threading.Event()
        self.asked = threading.Event()

    @property
    def locked(self) -> bool:  # type: ignore[override]
        self.asked.set()
        return self.answer.wait(20)


def test_a_silent_server_does_not_keep_the_patient_on_the_screen(qtbot: QtBot) -> None:
    desk = _SlowDesk()
    told: list[str] = []
    lock = DeskLock(desk, lambda: told.append("locked"))
    lock.look()
    assert told == ["locked"]
    assert desk.asked.wait(20)  # and the store is closed behind it
    desk.answer.set()


def test_who_signed_out_while_the_store_was_asked_is_not_locked_as_well(
    qtbot: QtBot,
) -> None:
    """The answer comes when another person is at the screen already."""
    desk = _SlowDesk()
    desk.left_alone = False
    told: list[str] = []
    lock = DeskLock(desk, lambda: told.append("locked"))

    def signs_out() -> None:
        lock.stop()
        desk.answer.set()

    QTimer.singleShot(200, signs_out)  # runs while the answer is waited for
    lock.look()
    assert desk.answer.is_set()
    assert told == []
    assert not lock._timer.isActive()
