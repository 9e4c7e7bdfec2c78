from __future__ import annotations

import threading

import pytest

from vein_imaging.capture.background import BackgroundWorker

WAIT_S = 10.0


def test_work_is_done_in_the_other_thread() -> None:
    background, done, names = BackgroundWorker("background"), threading.Event(), []

    def work() -> None:
        names.append(threading.current_thread().name)
        done.set()

    background.start()
    assert background.offer(work)
    assert done.wait(WAIT_S)
    assert background.stop(WAIT_S)
    assert names == ["background"]


def test_work_that_comes_while_some_is_done_is_refused() -> None:
    background, begun, go_on = (
        BackgroundWorker("background"),
        threading.Event(),
        threading.Event(),
    )

    def slow() -> None:
        begun.set()
        go_on.wait(WAIT_S)

    background.start()
    assert background.offer(slow)
    assert begun.wait(WAIT_S)
    assert not background.offer(pytest.fail)
    go_on.set()
    assert background.stop(WAIT_S)


def test_what_work_raised_is_told_once_and_the_next_is_taken() -> None:
    background, done = BackgroundWorker("background"), threading.Event()

    def wrong() -> None:
        raise ArithmeticError("thirteen")

    background.start()
    assert background.offer(wrong)
    with pytest.raises(ArithmeticError, match="thirteen"):
        while not background.offer(done.set):
            done.wait(0.01)
    assert background.offer(done.set)
    assert done.wait(WAIT_S)
    assert background.stop(WAIT_S)


def test_nothing_is_taken_once_it_is_stopped() -> None:
    background = BackgroundWorker("background")
    background.start()
    assert background.stop(WAIT_S)
    assert not background.offer(pytest.fail)


def test_one_that_never_began_is_stopped_at_once() -> None:
    assert BackgroundWorker("background").stop(0.0)
