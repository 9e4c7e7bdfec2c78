"""Only the newest answer arrives, whatever order the work ends in."""

from __future__ import annotations

import threading
from typing import Any

from pytestqt.qtbot import QtBot

from vein_imaging.viewer.qt.newest_only import NewestOnly


def test_an_answer_that_was_overtaken_is_dropped(qtbot: QtBot) -> None:
    heard: list[Any] = []
    newest = NewestOnly(heard.append, heard.append)
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(10)
        return "old"

    newest.ask(slow)
    assert begun.wait(10)
    newest.ask(lambda: "between")
    newest.ask(lambda: "new")
    go_on.set()
    qtbot.waitUntil(lambda: not newest.busy and bool(heard))
    assert heard == ["new"]


def test_what_is_forgotten_is_not_answered(qtbot: QtBot) -> None:
    heard: list[Any] = []
    newest = NewestOnly(heard.append, heard.append)
    go_on = threading.Event()
    newest.ask(lambda: go_on.wait(10))
    newest.forget()
    go_on.set()
    qtbot.waitUntil(lambda: not newest.busy)
    newest.ask(lambda: "after")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["after"]


def test_the_work_is_not_done_in_the_windows_thread_and_its_error_is_told_there(
    qtbot: QtBot,
) -> None:
    threads: list[int] = []
    failed: list[BaseException] = []

    def told(error: BaseException) -> None:
        threads.append(threading.get_ident())
        failed.append(error)

    def work() -> None:
        threads.append(threading.get_ident())
        raise ValueError("no")

    NewestOnly(lambda value: None, told).ask(work)
    qtbot.waitUntil(lambda: bool(failed))
    assert str(failed[0]) == "no"
    assert threads[0] != threading.get_ident() == threads[1]
