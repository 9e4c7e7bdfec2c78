"""Work in a thread: the window's own thread gets the answer, or the error."""

from __future__ import annotations

import threading
from typing import Any

from pytestqt.qtbot import QtBot

from vein_imaging.viewer.qt.in_background import InBackground


def test_the_answer_comes_back_to_the_windows_thread(qtbot: QtBot) -> None:
    got: list[Any] = []
    work = InBackground(lambda x: (x, threading.get_ident()), 7)
    work.returned.connect(lambda answer: got.append((answer, threading.get_ident())))
    with qtbot.waitSignal(work.finished, timeout=5000):
        work.start()
    ((answer, thread), here) = got[0]
    assert answer == 7 and here == threading.get_ident() != thread


def test_an_error_is_handed_over_and_work_ends(qtbot: QtBot) -> None:
    errors: list[Exception] = []
    work = InBackground(lambda: 1 // 0)
    work.errored.connect(errors.append)
    with qtbot.waitSignal(work.finished, timeout=5000):
        work.start()
    assert isinstance(errors[0], ZeroDivisionError)
    assert work not in InBackground._at_work
