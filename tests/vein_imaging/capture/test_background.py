from __future__ import annotations

import threading

import pytest

from vein_imaging.capture.background import Aside

WAIT_S = 10.0


def test_work_is_done_in_the_other_thread() -> None:
    aside, done, names = Aside("aside"), threading.Event(), []

    def work() -> None:
        names.append(threading.current_thread().name)
        done.set()

    aside.start()
    assert aside.offer(work)
    assert done.wait(WAIT_S)
    assert aside.stop(WAIT_S)
    assert names == ["aside"]


def test_work_that_comes_while_some_is_done_is_refused() -> None:
    aside, begun, go_on = Aside("aside"), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go_on.wait(WAIT_S)

    aside.start()
    assert aside.offer(slow)
    assert begun.wait(WAIT_S)
    assert not aside.offer(pytest.fail)
    go_on.set()
    assert aside.stop(WAIT_S)


def test_what_work_raised_is_told_once_and_the_next_is_taken() -> None:
    aside, done = Aside("aside"), threading.Event()

    def wrong() -> None:
        raise ArithmeticError("thirteen")

    aside.start()
    assert aside.offer(wrong)
    with pytest.raises(ArithmeticError, match="thirteen"):
        while not aside.offer(done.set):
            done.wait(0.01)
    assert aside.offer(done.set)
    assert done.wait(WAIT_S)
    assert aside.stop(WAIT_S)


def test_nothing_is_taken_once_it_is_stopped() -> None:
    aside = Aside("aside")
    aside.start()
    assert aside.stop(WAIT_S)
    assert not aside.offer(pytest.fail)


def test_one_that_never_began_is_stopped_at_once() -> None:
    assert Aside("aside").stop(0.0)
